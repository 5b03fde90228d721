package tcp

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestLossyHandshakesTakeThePublishedTimes compares connect and a TLS 1.3 handshake of one-segment
// flights with Paquin, Stebila and Tamvada (PQCrypto 2020): the 95th percentile by round-trip time
// and loss. The loss of any of four packets delays the handshake, so that (1-p)^4 of the handshakes
// are not delayed.
func TestLossyHandshakesTakeThePublishedTimes(t *testing.T) {
	const runs = 6000
	for _, c := range []struct {
		rtt time.Duration
		p95 [4]time.Duration // at 1, 3, 5 and 10 % loss
	}{
		{5600 * time.Microsecond, [4]time.Duration{13 * ms, 1016 * ms, 1031 * ms, 1233 * ms}},
		{31200 * time.Microsecond, [4]time.Duration{64 * ms, 1069 * ms, 1079 * ms, 1312 * ms}},
		{78700 * time.Microsecond, [4]time.Duration{160 * ms, 1161 * ms, 1174 * ms, 1467 * ms}},
		{195700 * time.Microsecond, [4]time.Duration{394 * ms, 1401 * ms, 1413 * ms, 2010 * ms}},
	} {
		for i, loss := range []float64{0.01, 0.03, 0.05, 0.1} {
			rng := rand.New(rand.NewPCG(uint64(c.rtt), uint64(i)))
			cfg := DefaultConfig()
			turns := parseTurns(t, "C 256 | S 1300 | C 64")
			p := newPipe(&cfg, c.rtt, turns)
			p.drop = func(int, int, *Segment) bool { return rng.Float64() < loss }
			var times []time.Duration
			base := 0
			for range runs {
				cfg.ClockOffset = time.Duration(rng.Int64N(int64(time.Second)))
				p.reset(&cfg, turns)
				p.run(5 * time.Minute)
				d := time.Duration(math.MaxInt64)
				if len(p.turnAt) > 2 {
					d = p.turnAt[2]
				}
				if d < 2*c.rtt+2*ms {
					base++
				}
				times = append(times, d)
			}
			want := math.Pow(1-loss, 4)
			if got := float64(base) / runs; math.Abs(got-want) > 4*math.Sqrt(want*(1-want)/runs) {
				t.Errorf("rtt %v, loss %v: %.3f of the handshakes are not delayed by a loss, want %.3f", c.rtt, loss, got, want)
			}
			slices.Sort(times)
			if got := times[runs*95/100]; (got - c.p95[i]).Abs() > 40*ms {
				t.Errorf("rtt %v, loss %v: 95th percentile %v, published %v", c.rtt, loss, got, c.p95[i])
			}
		}
	}
}

// TestLateSYNACKShrinksTheWindow: if the server's SYN-ACK timer expires just before the client's
// second SYN arrives, the SYN-ACK is sent twice more, and the server begins with a window of one
// packet. Measured for a lost SYN-ACK: about 80, 41 and 88 % of trials at 10, 100 and 200 ms
// round trip.
func TestLateSYNACKShrinksTheWindow(t *testing.T) {
	for _, c := range []struct {
		rtt  time.Duration
		want int
	}{{10 * time.Millisecond, 80}, {50 * time.Millisecond, 22}, {100 * time.Millisecond, 41}, {200 * time.Millisecond, 88}} {
		cfg := DefaultConfig()
		p := newPipe(&cfg, c.rtt, nil)
		p.drop = func(side, n int, _ *Segment) bool { return side == server && n == 0 }
		shrunk, phases := 0, 320
		for phase := range phases {
			cfg.ClockOffset = time.Hour + time.Duration(phase)*32*time.Millisecond/time.Duration(phases)
			p.reset(&cfg, parseTurns(t, "C 256 | S 2014 | C 64"))
			p.run(20 * time.Second)
			if p.turnAt[2]-p.connected > 3*c.rtt/2 {
				shrunk++
			}
		}
		if got := 100 * shrunk / phases; got < c.want-8 || got > c.want+8 {
			t.Errorf("rtt %v: %d %% of lost SYN-ACKs shrink the window, Linux %d %%", c.rtt, got, c.want)
		}
	}
}
