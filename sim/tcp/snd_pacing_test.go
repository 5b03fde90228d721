package tcp

import (
	"fmt"
	"testing"
	"time"
)

// pacedAt returns NewReno paced at a fixed rate in bytes per second, with bursts of at
// least the given number of segments.
func pacedAt(name string, rate int64, burst int) *congestionOps {
	ops := renoWith(name)
	ops.init = func(e *Endpoint) { e.pacer.on, e.pacer.rate = true, rate }
	ops.congControl = func(e *Endpoint, flags ackFlags, rs *rateSample) {
		if e.mayRaiseCwnd(flags) {
			renoCongAvoid(e, rs.ackedSacked)
		}
	}
	ops.minTSOSegs = func(*Endpoint) int { return burst }
	return ops
}

// TestPacedBurstsLeaveAtTheirTime: at 1 MB/s a full segment of 1448 bytes takes
// 1.448 ms. After the first ten segments, a burst of n segments delays the next burst by n times
// that. Segments of the pacing timer name the event since which pacing has held them back.
func TestPacedBurstsLeaveAtTheirTime(t *testing.T) {
	for _, burst := range []int{1, 2, 4} {
		ops := pacedAt(fmt.Sprint("paced in bursts of ", burst), 1e6, burst)
		useCongestionControl(t, ops)
		cfg := DefaultConfig()
		cfg.CongestionControl, cfg.InitialWindow = ops.name, 200
		p := newPipe(&cfg, 300*ms, parseTurns(t, "C 256 | S 57920 | C 1"))
		var left []time.Duration
		var written time.Duration
		p.trace = func(p *pipe, side int, s *Segment, _ bool) {
			if side != server || s.Len == 0 {
				return
			}
			if len(left) == 0 {
				written = p.now
			}
			left = append(left, p.now)
			if s.Paced != (p.now > written) {
				t.Errorf("burst of %d, segment %d after %v: paced %v", burst, len(left), p.now-written, s.Paced)
			}
			if s.Paced && (p.tags[s.Armed].at != written || s.Cause != Write) {
				t.Errorf("burst of %d, segment %d: held back since %v for %v, want %v for a write",
					burst, len(left), p.tags[s.Armed].at, s.Cause, written)
			}
		}
		p.run(time.Minute)
		if len(left) != 40 {
			t.Fatalf("%d segments left", len(left))
		}
		// The burst with the tenth segment is the first that keeps the next one waiting.
		first := (unpacedSegments - 1) / burst * burst
		for i := range left {
			want := time.Duration(0)
			if i > first {
				want = time.Duration((i-first)/burst*burst) * 1448 * time.Microsecond
			}
			if got := left[i] - written; got != want {
				t.Fatalf("burst of %d: segment %d left after %v, want %v", burst, i, got, want)
			}
		}
	}
}

// TestLateBurstMakesUpForHalfItsTime: a burst that leaves later than pacing allows (here because
// the window was closed) shortens the wait after it by at most half.
func TestLateBurstMakesUpForHalfItsTime(t *testing.T) {
	cfg := DefaultConfig()
	var e Endpoint
	e.Reset(&cfg)
	e.pacer.on, e.pacer.rate, e.sends = true, 1e6, unpacedSegments
	for _, c := range []struct{ late, want time.Duration }{
		{0, 2000 * time.Microsecond},
		{500 * time.Microsecond, 1500 * time.Microsecond},
		{1500 * time.Microsecond, 1000 * time.Microsecond},
		{time.Hour, 1000 * time.Microsecond},
	} {
		prior := e.pacer.next
		e.now, e.exact = prior+c.late, prior+c.late
		e.emit(ACK, Write, 0)
		e.burstSent(2000, prior)
		if got := e.pacer.next - e.now; got != c.want {
			t.Errorf("%v late: the next burst may leave after %v, want %v", c.late, got, c.want)
		}
	}
}

// TestPacedNewRenoSendsAWindowInHalfARoundTrip: with Pacing on, NewReno sends twice the window in a
// round trip in slow start (kernel tcp_update_pacing_rate).
func TestPacedNewRenoSendsAWindowInHalfARoundTrip(t *testing.T) {
	cfg := DefaultConfig()
	cfg.HZ, cfg.Pacing = 0, true
	p := newPipe(&cfg, 100*ms, parseTurns(t, "C 256 | S 144800 | C 1"))
	var written, last time.Duration
	sent := 0
	p.trace = func(p *pipe, side int, s *Segment, _ bool) {
		if side == server && s.Len > 0 {
			if sent++; sent == 1 {
				written = p.now
			}
			if sent <= 30 { // the second window ends with the 30th segment
				last = p.now
			}
		}
	}
	p.run(time.Minute)
	// The second window of 20 segments leaves within half a round trip of its first.
	if spread := last - written - 100*ms; spread < 35*ms || spread > 55*ms {
		t.Errorf("the second window took %v to leave, want about 50ms", spread)
	}
	if e := &p.end[client]; e.Delivered() != 144800 {
		t.Errorf("%d bytes arrived, want 144800", e.Delivered())
	}
}

// TestPacedRetransmissionsWaitForTheirTime: lost packets are paced too, and the timer's
// retransmissions keep their cause.
func TestPacedRetransmissionsWaitForTheirTime(t *testing.T) {
	useCongestionControl(t, pacedAt("paced", 1e6, 1))
	cfg := DefaultConfig()
	cfg.CongestionControl, cfg.InitialWindow = "paced", 100
	p := newPipe(&cfg, 20*ms, parseTurns(t, "C 256 | S 57920 | C 1"))
	p.drop = func(side, n int, _ *Segment) bool { return side == server && n >= 20 && n < 30 }
	var left []time.Duration
	again := 0
	p.trace = func(p *pipe, side int, s *Segment, _ bool) {
		if side == server && s.Len > 0 {
			left = append(left, p.now)

			if s.Retransmit {
				again++
				if s.Cause != FastRetransmit && s.Cause != ReorderTimer {
					t.Errorf("a retransmission left for %v", s.Cause)
				}
			}
		}
	}
	p.run(time.Minute)
	for i := 11; i < len(left); i++ {
		if gap := left[i] - left[i-1]; gap < 724*time.Microsecond {
			t.Errorf("segment %d left %v after the one before, want 1.448ms, or half of it when late", i, gap)
		}
	}
	if again != 10 {
		t.Errorf("%d segments were sent again, want 10", again)
	}
}
