package tcp

import (
	"testing"
	"time"
)

// TestSegmentsWaitForAReadThatHoldsTheSocket: what arrives during a read is processed when it ends.
// Linux 6.7 and later then send one ACK for all of it (tcp_backlog_ack_defer). Older kernels send
// one for each two segments, as without a read, as long as the window does not shrink.
func TestSegmentsWaitForAReadThatHoldsTheSocket(t *testing.T) {
	for kernel, want := range map[string]int{"linux-6.12": 2, "linux-6.6": 3} {
		cfg, _ := KernelConfig(kernel)
		e := establishedEndpoint(t, &cfg)
		e.ack.pingPong, e.ack.ato, e.ack.rcvMSS = true, minDelay, 1448
		var acks []time.Duration
		arrive := func(at time.Duration, n int) {
			for range n {
				e.Receive(at, 1, &Segment{Flags: ACK, Seq: e.rcvNxt + int64(len(e.backlog.segments))*1448, Ack: e.sndNxt, Len: 1448, Window: 65535})
			}
			for range e.Output() {
				acks = append(acks, at)
			}
		}
		at := e.now
		arrive(at+ms, 2)
		e.Hold()
		arrive(at+2*ms, 7)
		if e.Delivered() != 2*1448 || e.Deadline() != Never {
			t.Errorf("%s: %d bytes delivered during the read, deadline %v", kernel, e.Delivered(), e.Deadline())
		}
		e.Read(at+3*ms, 2, 2*1448)
		e.Release(at+3*ms, 3)
		arrive(at+3*ms, 0)
		if e.Delivered() != 9*1448 {
			t.Errorf("%s: %d bytes delivered after the read", kernel, e.Delivered())
		}
		if len(acks) != want {
			t.Errorf("%s: ACKs at %v, want %d", kernel, acks, want)
		}
	}
}

// TestTimersWaitForAReadThatHoldsTheSocket: a delayed ACK whose timer expires during a read leaves
// when the read ends (tcp_delack_timer, TCP_DELACK_TIMER_DEFERRED).
func TestTimersWaitForAReadThatHoldsTheSocket(t *testing.T) {
	cfg := DefaultConfig()
	e := establishedEndpoint(t, &cfg)
	e.ack.pingPong, e.ack.ato, e.ack.rcvMSS = true, minDelay, 1448
	at := e.now + ms
	e.Receive(at, 1, &Segment{Flags: ACK, Seq: e.rcvNxt, Ack: e.sndNxt, Len: 1448, Window: 65535})
	due := e.Deadline()
	if len(e.Output()) != 0 || due == Never {
		t.Fatal("the ACK is not delayed")
	}
	e.Hold()
	if e.Deadline() != Never {
		t.Errorf("the timer runs during the read, at %v", e.Deadline())
	}
	e.Release(due+10*ms, 2)
	if out := e.Output(); len(out) != 1 || out[0].Cause != DelayedACK {
		t.Errorf("after the read: %v", out)
	}
}

// TestADelayedACKDecidesWhenAResponseEnds: a response of 100 kB in records of 16 kB is 70 packets
// at a round trip of 100 ms: windows of 10, 20 and 40 packets. On Linux the last byte arrives after
// 501, about 542, or 601 ms. Where a window ends with a packet that is not acknowledged at once,
// the next window is one packet short, and the last packet waits for a delayed ACK of 40 ms or for
// another round trip. How long the reader holds the socket decides which packets that are.
func TestADelayedACKDecidesWhenAResponseEnds(t *testing.T) {
	cfg := DefaultConfig()
	turns := parseTurns(t, "C 256 | S 2013 | C 64 122 | S 16406 16406 16406 16406 16406 16406 1718 | C 24 close | S close")
	modes := map[string]int{}
	for micros := range 60 {
		cfg.ClockOffset = time.Hour + time.Duration(micros)*ms
		p := newPipe(&cfg, 100*ms+80*time.Microsecond, turns)
		p.think = 400 * time.Microsecond
		p.rate = [2]int64{2_000_000_000, 2_000_000_000} // as the measured link
		p.readTime = func(int) time.Duration { return time.Duration(micros+1) * time.Microsecond }
		p.run(10 * time.Second)
		switch last := p.turnAt[4]; {
		case last > 500*ms && last < 505*ms:
			modes["501 ms"]++
		case last > 538*ms && last < 550*ms:
			modes["542 ms"]++
		case last > 600*ms && last < 605*ms:
			modes["601 ms"]++
		default:
			modes[last.String()]++
		}
	}
	t.Logf("%v", modes)
	if modes["501 ms"] == 0 || modes["542 ms"] == 0 {
		t.Errorf("the response ends at %v", modes)
	}
}
