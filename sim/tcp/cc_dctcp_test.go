package tcp

import (
	"math"
	"testing"
	"time"
)

// TestDCTCPKeepsTheQueueAtTheMarkingThreshold: with marks from K packets on, DCTCP fills the link
// with a queue of about K, where Reno with ECN needs a queue of the bandwidth-delay product
// (Alizadeh et al.: Data Center TCP, 2010, §3.3 and §4.1: K > C·RTT/7).
func TestDCTCPKeepsTheQueueAtTheMarkingThreshold(t *testing.T) {
	b := bottleneck{rate: 1e9, rtt: ms, limit: 1000, mark: 20} // 83 packets in a round trip
	r := b.transfer(t, withControl("dctcp"), 200*ms, time.Second, nil)
	if r.utilisation < 0.99 || r.queue > 25 || r.mostQueue > 60 || r.drops > 0 || r.marks == 0 {
		t.Errorf("DCTCP: %.1f %% of the link, a queue of %.1f packets, %.1f at most, %d lost, %d marked",
			100*r.utilisation, r.queue, r.mostQueue, r.drops, r.marks)
	}
	cfg := withControl("reno")
	cfg.ECN = 1
	reno := b.transfer(t, cfg, 200*ms, time.Second, nil)
	if reno.utilisation > r.utilisation-0.02 || reno.marks == 0 || reno.drops > 0 {
		t.Errorf("Reno with ECN: %.1f %% of the link, DCTCP %.1f %%; %d marked, %d lost",
			100*reno.utilisation, 100*r.utilisation, reno.marks, reno.drops)
	}
}

// TestDCTCPAlphaFollowsTheMarkedFraction: alpha = (1 − g)·alpha + g·F once in a round trip, with
// g = 1/16 (RFC 8257 §3.3). It begins at 1 and is in units of 1/1024.
func TestDCTCPAlphaFollowsTheMarkedFraction(t *testing.T) {
	cfg := withControl("dctcp")
	e := establishedEndpoint(t, &cfg)
	e.ecn.on = true
	e.cc = &dctcp
	dctcpInit(e)
	if e.dctcp.alpha != 1024 {
		t.Errorf("alpha begins at %d", e.dctcp.alpha)
	}
	want := 1.0
	for round := range 200 {
		marked := uint32(25)
		if round >= 100 {
			marked = 0
		}
		e.sndUna = e.dctcp.next - 1
		before := e.dctcp.alpha
		if dctcpUpdateAlpha(e, 0); e.dctcp.alpha != before {
			t.Fatalf("round %d: alpha changes within the round trip", round)
		}
		e.sndUna++
		e.sndNxt += 100
		e.rate.delivered += 100
		e.rate.deliveredCE += marked
		dctcpUpdateAlpha(e, 0)
		want = want*15/16 + float64(marked)/100/16
		if got := float64(e.dctcp.alpha) / 1024; math.Abs(got-want) > 0.025 {
			t.Fatalf("round %d: alpha %.3f, want %.3f", round, got, want)
		}
	}
	if e.dctcp.alpha != 0 {
		t.Errorf("alpha is %d after 100 rounds without marks", e.dctcp.alpha)
	}
}

// TestDCTCPReducesByHalfOfAlpha: for marks the window falls by alpha/2, for a loss by half (RFC
// 8257 §3.3 and §3.5), to 2 packets at least.
func TestDCTCPReducesByHalfOfAlpha(t *testing.T) {
	cfg := withControl("dctcp")
	for _, c := range []struct {
		cwnd  int
		alpha uint32
		want  int
	}{{100, 1024, 50}, {100, 512, 75}, {100, 0, 100}, {3, 1024, 2}} {
		e := establishedEndpoint(t, &cfg)
		e.win.cwnd, e.dctcp.alpha = c.cwnd, c.alpha
		if got := dctcpSSThresh(e); got != c.want {
			t.Errorf("window %d, alpha %d: ssthresh %d, want %d", c.cwnd, c.alpha, got, c.want)
		}
		e.dctcp.lossCwnd = 0
		e.win.cwnd = 60
		dctcpSetState(e, caRecovery)
		e.win.cwnd = 40
		if e.win.ssthresh != 30 || dctcpUndoCwnd(e) != 60 {
			t.Errorf("for a loss at a window of 60, ssthresh is %d; undone, the window is %d", e.win.ssthresh, dctcpUndoCwnd(e))
		}
	}
}

// TestDCTCPEchoesEachMark: ECE is on the ACKs of marked data only. When the marking changes, the
// data before is acknowledged at once with its own marking (RFC 8257 §3.2).
func TestDCTCPEchoesEachMark(t *testing.T) {
	cfg := withControl("dctcp")
	e := establishedEndpoint(t, &cfg)
	e.cc, e.ecn.on = &dctcp, true
	dctcpInit(e)
	e.ack.quick, e.ack.rcvMSS = 0, 1448
	e.wnd.rcvSSThresh = e.wnd.windowClamp // an opening window would be acknowledged at once
	seq := e.rcvNxt
	arrive := func(ecn ECN) []Segment {
		e.ack.quick, e.ack.ato, e.ack.last = 0, minDelay, e.now
		e.Receive(e.now+ms, 0, &Segment{Flags: ACK, Seq: seq, Ack: e.sndNxt, Len: 1000, Window: 65535, ECN: ecn})
		seq += 1000
		return e.Output()
	}
	if out := arrive(ECT0); len(out) != 0 {
		t.Fatalf("%d ACKs for the first segment, want a delayed one", len(out))
	}
	out := arrive(CE)
	if len(out) != 2 || out[0].Ack != seq-1000 || out[0].Flags&ECE != 0 || out[1].Ack != seq || out[1].Flags&ECE == 0 {
		t.Errorf("when marks begin: %+v", out)
	}
	out = append(out[:0:0], arrive(ECT0)...)
	if len(out) != 1 || out[0].Ack != seq || out[0].Flags&ECE != 0 {
		t.Errorf("when marks end, with nothing unacknowledged: %+v", out)
	}
}

// TestDCTCPIsRenoWithoutECN: if the peer refuses ECN, DCTCP is Reno (RFC 8257 §5, kernel
// dctcp_init). If the client does not ask for ECN, its server must not use it.
func TestDCTCPIsRenoWithoutECN(t *testing.T) {
	for side := range 2 {
		cfg := withControl("dctcp")
		p := newPipe(&cfg, 10*ms, parseTurns(t, "C 256 | S 50000 | C 1"))
		other := DefaultConfig()
		other.ECN = 0
		p.end[1-side].Reset(&other)
		p.trace = func(_ *pipe, side int, s *Segment, _ bool) {
			if s.ECN != NotECT && s.Flags&SYN == 0 {
				t.Errorf("a segment of side %d is %v", side, s.ECN)
			}
		}
		p.run(time.Minute)
		if e := &p.end[side]; e.cc != &dctcpReno || e.Err() != nil || p.end[client].Delivered() != 50000 {
			t.Errorf("side %d uses %s, delivered %d", side, e.cc.name, p.end[client].Delivered())
		}
	}
}
