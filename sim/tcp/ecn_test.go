package tcp

import (
	"testing"
	"time"
)

// TestECNIsUsedIfTheClientRequestsAndTheServerGrantsIt: RFC 3168 §6.1.1. ECN is used if the client
// requests it and the server grants it; the SYN carries ECE and CWR, the SYN-ACK ECE alone, and
// none is ECT. A SYN sent again does not request it (§6.1.1.1). As with tcp_ecn, 0 refuses it, 1
// requests and grants it, 2 only grants it.
func TestECNIsUsedIfTheClientRequestsAndTheServerGrantsIt(t *testing.T) {
	for _, c := range []struct {
		client, server int
		loseSYN, want  bool
	}{
		{0, 0, false, false},
		{1, 0, false, false},
		{0, 1, false, false},
		{2, 2, false, false},
		{1, 1, false, true},
		{1, 2, false, true},
		{1, 1, true, false},
	} {
		cfg := DefaultConfig()
		p := newPipe(&cfg, 10*ms, parseTurns(t, "C 256 | S 5000"))
		for side, mode := range []int{c.client, c.server} {
			own := cfg
			own.ECN = mode
			p.end[side].Reset(&own)
		}
		p.drop = func(side, n int, s *Segment) bool { return c.loseSYN && side == client && n == 0 }
		p.trace = func(p *pipe, side int, s *Segment, _ bool) {
			if s.Flags&SYN == 0 {
				if want := c.want && s.Len > 0; (s.ECN == ECT0) != want || s.ECN == CE {
					t.Errorf("%+v: a segment of %d bytes is %v", c, s.Len, s.ECN)
				}
				if s.Flags&(ECE|CWR) != 0 {
					t.Errorf("%+v: flags %b without a mark", c, s.Flags)
				}
				return
			}
			want := Flags(0)
			switch {
			case side == client && c.client == 1 && !s.Retransmit:
				want = ECE | CWR
			case side == server && c.want:
				want = ECE
			}
			if s.Flags&(ECE|CWR) != want || s.ECN != NotECT {
				t.Errorf("%+v: SYN of side %d: flags %b, %v", c, side, s.Flags, s.ECN)
			}
		}
		p.run(time.Minute)
		for side := range p.end {
			if got := p.end[side].ecn.on; got != c.want {
				t.Errorf("%+v: ECN on at side %d: %v", c, side, got)
			}
		}
	}
}

// TestMarkHalvesTheWindowOnce: RFC 3168 §6.1.2 and §6.1.3. A packet marked CE makes the
// receiver set ECE on every ACK until it sees CWR; the sender halves its window once in a
// round trip, however many ACKs carry ECE, sets CWR on its next new data once, and sends
// nothing again.
func TestMarkHalvesTheWindowOnce(t *testing.T) {
	cfg := DefaultConfig()
	cfg.ECN = 1
	cfg.CongestionControl = "reno"
	p := newPipe(&cfg, 100*ms, parseTurns(t, "C 256 | S 600000 | C 1"))
	marks := 0
	p.mark = func(side, n int, _ *Segment) bool {
		if side == server && (n == 40 || n == 45) {
			marks++
			return true
		}
		return false
	}
	echoes, cwrs := 0, 0
	var before, after int
	states := map[caState]bool{}
	p.trace = func(p *pipe, side int, s *Segment, _ bool) {
		e := &p.end[server]
		if side == client && s.Flags&ECE != 0 && s.Flags&SYN == 0 {
			if cwrs > 0 && echoes > 0 && p.end[client].ecn.demandCWR == false {
				t.Error("ECE after CWR")
			}
			echoes++
		}
		if side == server {
			states[e.rec.caState] = true
			if s.Flags&CWR != 0 {
				cwrs++
				if s.Retransmit || s.Len == 0 {
					t.Errorf("CWR on %+v", s)
				}
			}
		}
	}
	p.arrived = func(p *pipe, side int, s *Segment) {
		e := &p.end[server]
		if side == server && s.Flags&(ECE|SYN) == ECE && before == 0 {
			before = e.win.cwnd
		}
		if before > 0 && after == 0 && states[caCWR] && e.rec.caState == caOpen {
			after = e.win.ssthresh
		}
	}
	p.run(time.Minute)
	st := p.end[server].Stats()
	if marks != 2 || cwrs != 1 || echoes < 5 || !states[caCWR] || states[caRecovery] {
		t.Errorf("%d marks, %d ACKs with ECE, %d segments with CWR, states %v", marks, echoes, cwrs, states)
	}
	if after != before/2 {
		t.Errorf("the window fell from %d to %d packets", before, after)
	}
	if st.Retransmits != 0 || st.Undos != 0 || p.end[client].Delivered() != 600000 {
		t.Errorf("%+v", st)
	}
}

// TestMarksReachTheCongestionControl: a congestion control that needs ECN negotiates it
// without Config.ECN and marks every packet ECT(0). cwndEvent reports CE at the receiver. The
// sender counts the packets whose ACKs carry ECE (kernel tcp_dctcp.c needs no more).
func TestMarksReachTheCongestionControl(t *testing.T) {
	ops := renoWith("data-centre")
	ops.needsECN = true
	marked, unmarked := 0, 0
	ops.cwndEvent = func(e *Endpoint, event caEvent) {
		switch event {
		case eventECNIsCE:
			marked++
		case eventECNNoCE:
			unmarked++
		}
	}
	deliveredCE := uint32(0)
	inEvents := 0
	ops.inACKEvent = func(e *Endpoint, flags ackFlags) {
		inEvents++
		deliveredCE = max(deliveredCE, e.rate.deliveredCE)
	}
	useCongestionControl(t, ops)
	cfg := DefaultConfig()
	cfg.CongestionControl = "data-centre"
	p := newPipe(&cfg, 10*ms, parseTurns(t, "C 256 | S 200000 | C 1"))
	p.trace = func(_ *pipe, _ int, s *Segment, _ bool) {
		if s.ECN != ECT0 && s.Flags&(SYN|ACK) != SYN|ACK && s.Flags&SYN == 0 {
			t.Errorf("a segment of %d bytes is %v", s.Len, s.ECN)
		}
	}
	ces := 0
	p.mark = func(side, n int, s *Segment) bool {
		if side == server && s.Len > 0 && n%10 == 9 {
			ces++
			return true
		}
		return false
	}
	p.run(time.Minute)
	if marked != ces || marked+unmarked < 140 {
		t.Errorf("%d packets were marked; cwndEvent reports %d with CE and %d without", ces, marked, unmarked)
	}
	if int(deliveredCE) < ces || inEvents < 70 {
		t.Errorf("%d packets delivered with ECE, %d ACKs", deliveredCE, inEvents)
	}
}

// TestECTOnASYNIsRefused: RFC 3168 §6.1.1 forbids ECT on a SYN. The server grants ECN for such a
// SYN only if its congestion control needs ECN (kernel tcp_ecn_create_request).
func TestECTOnASYNIsRefused(t *testing.T) {
	ops := renoWith("needs-ecn")
	ops.needsECN = true
	useCongestionControl(t, ops)
	for control, want := range map[string]bool{"reno": false, "needs-ecn": true} {
		cfg := DefaultConfig()
		cfg.ECN, cfg.CongestionControl = 1, control
		var e Endpoint
		e.Reset(&cfg)
		e.Listen()
		e.Receive(0, 0, &Segment{Flags: SYN | ECE | CWR, ECN: ECT0, Window: 65535})
		if got := e.Output()[0].Flags&ECE != 0; got != want {
			t.Errorf("%s: ECN granted for a SYN with ECT(0): %v", control, got)
		}
	}
}

// TestDataWithoutECTIsAcknowledgedAtOnce: once the peer has set ECT, data without it is probably a
// retransmission, and the receiver leaves ping-pong mode (kernel tcp_data_ecn_check).
func TestDataWithoutECTIsAcknowledgedAtOnce(t *testing.T) {
	for _, first := range []ECN{NotECT, ECT0} {
		cfg := DefaultConfig()
		cfg.ECN = 1
		var e Endpoint
		e.Reset(&cfg)
		e.Listen()
		e.Receive(0, 0, &Segment{Flags: SYN | ECE | CWR, Window: 65535})
		e.Receive(10*ms, 0, &Segment{Flags: ACK, Seq: 1, Ack: 1, Window: 65535})
		e.Receive(20*ms, 0, &Segment{Flags: ACK, Seq: 1, Ack: 1, Len: 100, Window: 65535, ECN: first})
		e.ack.quick, e.ack.pingPong = 0, true
		e.Receive(30*ms, 0, &Segment{Flags: ACK, Seq: 101, Ack: 1, Len: 100, Window: 65535})
		if seen := first != NotECT; e.ack.pingPong == seen {
			t.Errorf("after data with %v, ping-pong mode is %v", first, e.ack.pingPong)
		}
	}
}

// TestReductionForECEIsNotUndone: a reduction in which ECE has arrived stays, even if the loss
// proves spurious (kernel tcp_fastretrans_alert).
func TestReductionForECEIsNotUndone(t *testing.T) {
	for _, flags := range []ackFlags{0, ackECE} {
		cfg := DefaultConfig()
		e := establishedEndpoint(t, &cfg)
		e.win.cwnd = 20
		e.Write(e.now, 0, 20*int64(e.mss))
		e.enterRecovery(0)
		reduced := e.win.ssthresh
		e.win.cwnd = reduced
		e.fastRetransAlert(&Segment{Flags: ACK, Ack: 1}, &ackSummary{flags: flags, priorUna: 1}, true)
		e.undoCwndReduction(false)
		if undone := e.win.cwnd > reduced; undone != (flags == 0) {
			t.Errorf("flags %b: the window is %d after a reduction from 20 to %d", flags, e.win.cwnd, reduced)
		}
	}
}
