package tcp

import (
	"testing"
	"time"
)

// TestProportionalRateReductionFollowsRFC6937 follows RFC 6937 §3: from a window of 20 packets to
// 10, one packet is sent for two delivered. With less than ssthresh in flight, as many are sent as
// are delivered, and one more if sndUna moves without a new loss.
func TestProportionalRateReductionFollowsRFC6937(t *testing.T) {
	cfg := DefaultConfig()
	cfg.CongestionControl = "reno"
	var e Endpoint
	e.Reset(&cfg)
	out := func(n int) { // n packets in flight
		for e.queue.n > n {
			e.queue.pop()
		}
		for e.queue.n < n {
			*e.queue.push() = packet{}
		}
	}
	e.win.cwnd = 20
	out(19)
	e.initCwndReduction()
	e.rec.caState = caRecovery
	if e.win.ssthresh != 10 {
		t.Fatalf("ssthresh %d, want 10", e.win.ssthresh)
	}
	sent := 0
	for delivered := 1; delivered <= 10; delivered++ {
		e.cwndReduction(1, 0, ackDataSACKed)
		more := e.win.cwnd - e.inFlight()
		sent += more
		e.rec.prrOut += more
		if want := (delivered + 1) / 2; sent != want {
			t.Fatalf("after %d delivered %d sent, want %d", delivered, sent, want)
		}
		out(e.queue.n - 1 + more)
	}
	out(4)
	for _, c := range []struct {
		delivered, lost int
		flags           ackFlags
		want            int
	}{
		{1, 0, ackUnaAdvanced, 2},
		{1, 1, ackUnaAdvanced, 1},
		{1, 0, 0, 1},
		{3, 0, ackUnaAdvanced, 4},
	} {
		e.rec.prrOut = e.rec.prrDelivered
		e.cwndReduction(c.delivered, c.lost, c.flags)
		if got := e.win.cwnd - e.inFlight(); got != c.want {
			t.Errorf("%d delivered, %d lost: %d packets may be sent, want %d", c.delivered, c.lost, got, c.want)
		}
	}
	// The first retransmission leaves at once.
	e.win.cwnd, e.rec.caState = 30, caOpen
	out(30)
	e.initCwndReduction()
	e.win.ssthresh, e.rec.caState = 1, caRecovery
	e.rec.prrDelivered = -1
	e.cwndReduction(1, 0, ackDataSACKed)
	if got := e.win.cwnd - e.inFlight(); got != 1 {
		t.Errorf("%d packets may be sent at first, want 1", got)
	}
}

// TestReorderingWindowIsThatOfLinux: the reordering window of RFC 8985 §6.2 step 4, as Linux
// computes it.
func TestReorderingWindowIsThatOfLinux(t *testing.T) {
	cfg := DefaultConfig()
	for _, c := range []struct {
		state  caState
		sacked int
		seen   bool
		steps  int
		want   time.Duration
	}{
		{caOpen, 1, false, 1, 25 * ms},
		{caDisorder, 2, false, 1, 25 * ms},
		{caDisorder, 3, false, 1, 0},
		{caRecovery, 1, false, 1, 0},
		{caLoss, 1, false, 1, 0},
		{caDisorder, 3, true, 1, 25 * ms},
		{caRecovery, 5, true, 2, 50 * ms},
		{caOpen, 1, true, 10, 120 * ms}, // at most the smoothed round trip
	} {
		var e Endpoint
		e.Reset(&cfg)
		e.rtt.min, e.rtt.srtt8 = 100*ms, 8*inMicros(120*ms)
		e.rec.caState, e.scoreboard.sackedOut, e.scoreboard.reorderSeen, e.rack.reoWndSteps = c.state, c.sacked, c.seen, c.steps
		if got := e.rackReorderWindow(); got != c.want {
			t.Errorf("%+v: reordering window %v", c, got)
		}
	}
}

// TestRepeatedSYNsReduceTheInitialWindow: if a SYN or SYN-ACK is sent again once, the initial
// window stays. If it is sent again more often, and once by its timer, the window is one packet.
func TestRepeatedSYNsReduceTheInitialWindow(t *testing.T) {
	for _, c := range []struct {
		name           string
		lost           func(side, n int) bool
		client, server int // first flight of each side, in packets
	}{
		{"nothing lost", func(side, n int) bool { return false }, 10, 10},
		{"one SYN", func(side, n int) bool { return side == client && n == 0 }, 10, 10},
		{"two SYNs", func(side, n int) bool { return side == client && n < 2 }, 1, 10},
		{"SYN-ACK, repeated for its timer", func(side, n int) bool { return n == 0 && side == server || n == 1 && side == client }, 10, 10},
		// The timestamp echoed tells the client that its first SYN had arrived.
		{"two SYN-ACKs", func(side, n int) bool { return n < 2 && side == server || n == 1 && side == client }, 10, 1},
	} {
		cfg := DefaultConfig()
		cfg.HZ = 0
		p := newPipe(&cfg, 100*ms, []turn{{client, []int64{30000}, 0}, {server, []int64{30000}, 0}})
		p.drop = func(side, n int, _ *Segment) bool { return c.lost(side, n) }
		var first [2]int
		var firstAt [2]time.Duration
		p.trace = func(p *pipe, side int, s *Segment, _ bool) {
			if s.Len > 0 && (first[side] == 0 || firstAt[side] == p.now) {
				first[side]++
				firstAt[side] = p.now
			}
		}
		p.run(20 * time.Second)
		if first[client] != c.client {
			t.Errorf("%s: the client begins with %d packets, want %d", c.name, first[client], c.client)
		}
		if first[server] != c.server {
			t.Errorf("%s: the server begins with %d packets, want %d", c.name, first[server], c.server)
		}
	}
}

// TestAnACKEchoesTheTimestampOfTheEarliestSegment: an ACK echoes the timestamp of the earliest
// segment that it acknowledges; while data is missing, that of the last segment in order (RFC 7323
// §4.3 A and B).
func TestAnACKEchoesTheTimestampOfTheEarliestSegment(t *testing.T) {
	cfg := DefaultConfig()
	var e Endpoint
	e.Reset(&cfg)
	e.Listen()
	syn := Segment{Flags: SYN, Options: OptMSS | OptTimestamps | OptSACKPermitted, MSS: 1460, Window: 65535, TSVal: 1}
	e.Receive(0, 0, &syn)
	e.Receive(100*ms, 0, &Segment{Flags: ACK, Seq: 1, Ack: 1, Window: 65535, Options: OptTimestamps, TSVal: 2, TSEcr: 1})
	e.ack.pingPong, e.ack.ato, e.ack.last = true, minDelay, 100*ms // acknowledge late
	e.Output()
	data := func(at time.Duration, seq, ts int64) []Segment {
		e.Receive(at, 0, &Segment{Flags: ACK, Seq: seq, Ack: 1, Len: 100, Window: 65535, Options: OptTimestamps, TSVal: ts, TSEcr: 1})
		return e.Output()
	}
	if out := append(data(110*ms, 1, 110), data(120*ms, 101, 120)...); len(out) != 0 {
		t.Fatalf("acknowledged at once: %+v", out)
	}
	e.Tick(e.Deadline(), 0)
	if out := e.Output(); len(out) != 1 || out[0].TSEcr != 110 || out[0].Ack != 201 {
		t.Errorf("the delayed ACK: %+v", out)
	}
	if out := data(300*ms, 301, 300); len(out) != 1 || out[0].TSEcr != 110 {
		t.Errorf("the ACK of a segment out of order: %+v", out)
	}
}

// TestBurstsHaveTwoSegmentsAt100ms: with a round trip of 100 ms Linux sends bursts of two segments.
func TestBurstsHaveTwoSegmentsAt100ms(t *testing.T) {
	cfg := DefaultConfig()
	p := newPipe(&cfg, 100*ms, parseTurns(t, "C 256 | S 16001"))
	sizes := map[uint32]int{}
	p.trace = func(_ *pipe, side int, s *Segment, _ bool) {
		if side == server && s.Len > 0 {
			sizes[s.Burst]++
		}
	}
	p.run(time.Second)
	if len(sizes) != 6 {
		t.Errorf("12 segments in %d bursts", len(sizes))
	}
	for burst, n := range sizes {
		if n != 2 {
			t.Errorf("burst %d has %d segments", burst, n)
		}
	}
}

// TestAnswersToRepeatedSYNsAreRateLimited: the server sends at most one in 500 ms
// (tcp_invalid_ratelimit).
func TestAnswersToRepeatedSYNsAreRateLimited(t *testing.T) {
	cfg := DefaultConfig()
	var e Endpoint
	e.Reset(&cfg)
	e.Listen()
	syn := Segment{Flags: SYN, Window: 65535}
	answers := 0
	for _, at := range []time.Duration{0, 10 * ms, 20 * ms, 400 * ms, 520 * ms} {
		e.Receive(at, 0, &syn)
		answers += len(e.Output())
	}
	if answers != 3 {
		t.Errorf("five SYNs in 520 ms got %d answers, want the first one's and two more", answers)
	}
}

// TestDiscardedDataThatWasSACKedIsSentAgain: a peer discards data that it has SACKed. The sender
// sends it again after the timeout, since the first packet is SACKed and not acknowledged.
func TestDiscardedDataThatWasSACKedIsSentAgain(t *testing.T) {
	cfg := DefaultConfig()
	cfg.HZ = 0
	p := newPipe(&cfg, 100*ms, parseTurns(t, "C 256 | S 5000 | C 64"))
	p.drop = func(side, n int, s *Segment) bool { return side == server && n == 2 }
	reneged := false
	p.arrived = func(p *pipe, side int, s *Segment) {
		if e := &p.end[client]; side == client && !reneged && e.reasm.bytes() == 5000-1448 {
			// The client sends the SACK and then discards the data.
			e.sendACK(Reply, 0)
			p.flush(client)
			e.reasm = reassembly{}
			reneged = true
		}
	}
	p.run(time.Minute)
	if !reneged || p.end[client].Delivered() != 5000 {
		t.Errorf("reneged %v, delivered %d of 5000", reneged, p.end[client].Delivered())
	}
}
