package tcp

import (
	"math"
	"testing"
	"time"
)

// cubicAt returns an endpoint with CUBIC at an instant, with a window and a least round-trip time.
func cubicAt(now time.Duration, cwnd int, rtt time.Duration) *Endpoint {
	cfg := DefaultConfig()
	e := new(Endpoint)
	e.Reset(&cfg)
	e.mss, e.sndUna, e.sndNxt = 1448, 1, 1
	e.now = now
	e.win.cwnd = cwnd
	cubicInit(e)
	e.cubic.delayMin = rtt
	return e
}

// transfer acknowledges packets one by one at the rate of a window in a round trip, for so long,
// and calls each after each packet.
func transfer(e *Endpoint, rtt, duration time.Duration, each func(since time.Duration)) {
	for start := e.now; e.now-start < duration; {
		e.now += rtt / time.Duration(e.win.cwnd)
		e.win.limited = true
		cubicCongAvoid(e, 1)
		each(e.now - start)
	}
}

// TestCubicFollowsTheCurveOfRFC9438: after a reduction from 1000 packets the window is
// W_cubic(t) = C·(t − K)³ + W_max with C = 0.4 and K = ∛(W_max·0.3/C) (RFC 9438 §4.2), concave
// before K and convex after it, until it exceeds W_max by half.
func TestCubicFollowsTheCurveOfRFC9438(t *testing.T) {
	const most = 1000
	for _, rtt := range []time.Duration{50 * ms, 100 * ms, 200 * ms} {
		e := cubicAt(time.Hour, most, rtt)
		e.win.ssthresh = cubicSSThresh(e)
		e.win.cwnd = e.win.ssthresh
		k := math.Cbrt(most * 0.3 / 0.4)
		worst := 0.0
		transfer(e, rtt, 18*time.Second, func(since time.Duration) {
			s := since.Seconds()
			want := 0.4*(s-k)*(s-k)*(s-k) + most
			worst = max(worst, math.Abs(float64(e.win.cwnd)-want)/want)
		})
		// The window follows the curve of one round trip ago by whole packets, and the
		// kernel's cube root is 0.2 % off.
		if worst > 0.015 {
			t.Errorf("round trip %v: the window is up to %.2f %% off the curve", rtt, 100*worst)
		}
		if e.win.cwnd < 1200 {
			t.Errorf("round trip %v: the window is %d packets after 18 s, want more than W_max", rtt, e.win.cwnd)
		}
	}
}

// TestCubicIsNotSlowerThanReno: on a short path CUBIC grows as Reno would with its reduction: by
// 3·(1 − beta)/(1 + beta) = 0.53 packets in a round trip (RFC 9438 §4.3).
func TestCubicIsNotSlowerThanReno(t *testing.T) {
	const rtt = 5 * ms
	e := cubicAt(time.Hour, 100, rtt)
	e.win.ssthresh = cubicSSThresh(e)
	e.win.cwnd = e.win.ssthresh
	e.cubic.acks = 100000 // of the epoch before
	transfer(e, rtt, 400*ms, func(time.Duration) {})
	grown := float64(e.win.cwnd - 70)
	if want := 80 * 3 * 0.3 / 1.7; math.Abs(grown-want) > 3 {
		t.Errorf("the window grew by %.0f packets in 80 round trips, want %.1f", grown, want)
	}
}

// TestCubicKeepsSevenTenths: a reduction keeps 717/1024 of the window, at least 2 packets. If the
// window is below the W_max before, W_max is 0.85 times the window (fast convergence, RFC 9438
// §4.7).
func TestCubicKeepsSevenTenths(t *testing.T) {
	for _, c := range []struct{ cwnd, lastMax, ssthresh, newMax int }{
		{1000, 0, 700, 1000},
		{1000, 1000, 700, 1000},
		{1000, 1001, 700, 850},
		{10, 0, 7, 10},
		{2, 0, 2, 2},
	} {
		e := cubicAt(time.Hour, c.cwnd, 100*ms)
		e.cubic.lastMax, e.cubic.inEpoch = c.lastMax, true
		if got := cubicSSThresh(e); got != c.ssthresh || e.cubic.lastMax != c.newMax || e.cubic.inEpoch {
			t.Errorf("window %d, W_max %d: ssthresh %d, W_max %d, in an epoch %v; want %d, %d, false",
				c.cwnd, c.lastMax, got, e.cubic.lastMax, e.cubic.inEpoch, c.ssthresh, c.newMax)
		}
	}
}

// TestCubicGrowthIsBounded: before the first loss the window grows by one packet for 20 at least,
// and it never grows by more than one for 2 (kernel bictcp_update).
func TestCubicGrowthIsBounded(t *testing.T) {
	for _, c := range []struct {
		name    string
		lastMax int
		since   time.Duration // since the epoch began
		want    int           // packets acknowledged for each increase
	}{
		{"before the first loss", 0, 0, 20},
		{"at W_max", 500, 0, 50000},
		{"long after W_max", 500, time.Minute, 2},
	} {
		e := cubicAt(time.Hour, 500, ms)
		e.cubic.lastMax = c.lastMax
		now := e.clock.jiffies(e.now)
		e.cubic.update(&e.clock, now, 500, 1)
		e.cubic.acks = 0
		e.cubic.lastCwnd = 0 // so that it is computed anew
		e.cubic.update(&e.clock, now+int64(c.since/(4*ms))+1, 500, 1)
		if e.cubic.count != c.want {
			t.Errorf("%s: one packet for each %d acknowledged, want %d", c.name, e.cubic.count, c.want)
		}
	}
}

// TestCubicComputesTheCurveOnceInAJiffy: while the window stays, the curve is computed anew after a
// thirty-second of a second; while it grows, at most once in a jiffy (kernel bictcp_update).
func TestCubicComputesTheCurveOnceInAJiffy(t *testing.T) {
	e := cubicAt(time.Hour, 500, 100*ms)
	c := &e.cubic
	c.lastMax = 1000
	c.update(&e.clock, 1000, 500, 1)
	for _, s := range []struct {
		jiffy    int64
		cwnd     int
		computed bool
	}{
		{1000, 500, false}, {1007, 500, false}, {1008, 500, true}, {1008, 501, false}, {1009, 501, true},
	} {
		c.count = -1
		c.update(&e.clock, s.jiffy, s.cwnd, 0)
		if computed := c.lastTime == s.jiffy && c.count > cubicLeastCount; computed != s.computed {
			t.Errorf("jiffy %d, window %d: count %d, computed %v, want %v", s.jiffy, s.cwnd, c.count, computed, s.computed)
		}
	}
}

// TestCubicStopsItsClockWhileIdle: the epoch moves by the time without transmissions (RFC 9438
// §5.8), so that the window does not jump when the application sends again.
func TestCubicStopsItsClockWhileIdle(t *testing.T) {
	e := cubicAt(time.Hour, 500, 100*ms)
	e.cubic.inEpoch, e.cubic.epoch = true, e.clock.jiffies(e.now)
	e.lastSend = e.now + 2*time.Second
	e.now += 12 * time.Second
	before := e.cubic.epoch
	cubicCwndEvent(e, eventTxStart)
	if moved := e.cubic.epoch - before; moved != 2500 {
		t.Errorf("the epoch moved by %d jiffies, want 2500 for 10 s", moved)
	}
	e.lastSend = 0
	cubicCwndEvent(e, eventTxStart)
	if now := e.clock.jiffies(e.now); e.cubic.epoch != now {
		t.Errorf("the epoch begins %d jiffies after now", e.cubic.epoch-now)
	}
}

// TestCubicForgetsAfterATimeout: a timeout resets the curve and HyStart (kernel cubictcp_state).
func TestCubicForgetsAfterATimeout(t *testing.T) {
	e := cubicAt(time.Hour, 500, 100*ms)
	e.cubic.lastMax, e.cubic.hystart.found = 1000, true
	for _, s := range []caState{caRecovery, caCWR, caLoss} {
		e.setCAState(s)
		if forgot := e.cubic.lastMax == 0 && !e.cubic.hystart.found && e.cubic.delayMin == 0; forgot != (s == caLoss) {
			t.Errorf("state %d: forgotten %v", s, forgot)
		}
	}
}

// TestSamplesAfterAReductionDoNotCount: for a second after the epoch begins, round-trip times do
// not lower the least delay: packets sent before are still in the queue (kernel cubictcp_acked).
func TestSamplesAfterAReductionDoNotCount(t *testing.T) {
	for since, want := range map[time.Duration]time.Duration{996 * ms: 100 * ms, time.Second: 50 * ms} {
		e := cubicAt(time.Hour, 500, 100*ms)
		e.cubic.inEpoch, e.cubic.epoch = true, e.clock.jiffies(e.now)
		e.now += since
		cubicPktsAcked(e, ackSample{pktsAcked: 1, rtt: 50 * ms})
		if e.cubic.delayMin != want {
			t.Errorf("%v after the reduction a sample of 50ms makes the least delay %v, want %v", since, e.cubic.delayMin, want)
		}
	}
}

// TestCubeRoot compares with the exact root: small numbers give it rounded, to half a unit and a
// little; above, the kernel states a mean error of 0.195 %.
func TestCubeRoot(t *testing.T) {
	for a := range uint64(64) {
		if got, want := cubeRoot(a), math.Cbrt(float64(a)); math.Abs(float64(got)-want) > 0.53 {
			t.Errorf("cube root of %d: %d, want %.2f", a, got, want)
		}
	}
	sum, n := 0.0, 0
	for a := uint64(1 << 20); a < 1<<50; a += a>>5 + 1 {
		off := math.Abs(float64(cubeRoot(a))/math.Cbrt(float64(a)) - 1)
		if off > 0.01 {
			t.Fatalf("cube root of %d: %d is %.2f %% off", a, cubeRoot(a), 100*off)
		}
		sum, n = sum+off, n+1
	}
	if mean := 100 * sum / float64(n); mean > 0.3 {
		t.Errorf("mean error %.3f %%", mean)
	}
}

// ackTrain acknowledges so many packets with the given spacing in a new round of slow start. It
// returns the instant since the round's first ACK at which HyStart ends slow start; negative:
// never.
func ackTrain(e *Endpoint, packets int, spacing time.Duration, rtt func(i int) time.Duration) time.Duration {
	e.sndNxt = e.sndUna + int64(packets)*int64(e.mss)
	e.cubic.hystart.end = e.sndUna
	start := e.now
	for i := range packets {
		e.now = start + time.Duration(i)*spacing
		e.sndUna += int64(e.mss)
		cubicPktsAcked(e, ackSample{pktsAcked: 1, rtt: rtt(i)})
		if e.cubic.hystart.found {
			return e.now - start
		}
	}
	return -1
}

// TestHyStartEndsSlowStartWhenTheTrainFillsHalfTheDelay: ACKs at most 2 ms apart for more than half
// of the least delay and the aggregation's 1 ms end slow start. With pacing they must last for
// twice as long. Below 16 packets of window, and across a gap, they do not count.
func TestHyStartEndsSlowStartWhenTheTrainFillsHalfTheDelay(t *testing.T) {
	const rtt = 100 * ms
	for _, c := range []struct {
		name    string
		cwnd    int
		spacing time.Duration
		paced   bool
		want    time.Duration
	}{
		{"train", 200, 500 * time.Microsecond, false, 51 * ms},
		{"paced train", 400, 500 * time.Microsecond, true, 101500 * time.Microsecond},
		{"small window", 15, 500 * time.Microsecond, false, -1},
		{"least window", 16, 500 * time.Microsecond, false, 51 * ms},
		{"largest spacing", 200, 2 * ms, false, 52 * ms},
		{"gaps", 200, 2*ms + 1, false, -1},
	} {
		e := cubicAt(time.Hour, c.cwnd, rtt)
		e.pacer.on = c.paced
		e.pacer.setRate(1e6)
		got := ackTrain(e, 400, c.spacing, func(int) time.Duration { return rtt })
		if got != c.want {
			t.Errorf("%s: slow start ends after %v, want %v", c.name, got, c.want)
		}
		if found := c.want >= 0; found != (e.win.ssthresh == c.cwnd) {
			t.Errorf("%s: ssthresh %d with a window of %d", c.name, e.win.ssthresh, c.cwnd)
		}
	}
}

// TestHyStartAllowsForAggregation: the threshold includes the time of four GSO bursts at the
// pacing rate, at most 1 ms (kernel hystart_ack_delay).
func TestHyStartAllowsForAggregation(t *testing.T) {
	e := cubicAt(time.Hour, 100, 100*ms)
	for rate, want := range map[int64]time.Duration{
		0: ms, 1e6: ms, 4 * gsoMaxSize * 1000: ms, 4 * gsoMaxSize * 4000: ms / 4,
	} {
		e.pacer.setRate(rate)
		if got := e.hystartACKDelay(); got != want {
			t.Errorf("at %d bytes/s: %v, want %v", rate, got, want)
		}
	}
}

// TestHyStartEndsSlowStartWhenTheDelayGrows: slow start ends when the least of at least eight
// round-trip times of a round exceeds the least delay by an eighth of it, at least 4 and at most
// 16 ms (kernel hystart_update).
func TestHyStartEndsSlowStartWhenTheDelayGrows(t *testing.T) {
	const spacing = 3 * ms // no train
	for _, c := range []struct {
		rtt, growth time.Duration
		found       bool
	}{
		{20 * ms, 4 * ms, false}, {20 * ms, 4*ms + 1, true},
		{80 * ms, 10 * ms, false}, {80 * ms, 10*ms + 1, true},
		{800 * ms, 16 * ms, false}, {800 * ms, 16*ms + 1, true},
	} {
		e := cubicAt(time.Hour, 100, c.rtt)
		got := ackTrain(e, 50, spacing, func(int) time.Duration { return c.rtt + c.growth })
		want := time.Duration(-1)
		if c.found {
			want = 8 * spacing // with the ninth sample
		}
		if got != want {
			t.Errorf("round trip %v and %v more: slow start ends after %v, want %v", c.rtt, c.growth, got, want)
		}
	}
	// One sample of the round without growth keeps slow start.
	e := cubicAt(time.Hour, 100, 20*ms)
	if got := ackTrain(e, 50, spacing, func(i int) time.Duration {
		if i == 3 {
			return 22 * ms
		}
		return 40 * ms
	}); got >= 0 {
		t.Errorf("slow start ends after %v, though a packet was not delayed", got)
	}
}

// TestHyStartRoundsEndWithTheirData: a round's samples are forgotten when an ACK passes the data
// sent before the round.
func TestHyStartRoundsEndWithTheirData(t *testing.T) {
	e := cubicAt(time.Hour, 100, 20*ms)
	h := &e.cubic.hystart
	e.sndUna, e.sndNxt = 1000, 5000
	h.end, h.samples, h.least = 1000, 5, 30*ms
	cubicPktsAcked(e, ackSample{pktsAcked: 1, rtt: 21 * ms})
	if h.samples != 6 || h.end != 1000 {
		t.Errorf("an ACK up to the round's end begins a new one: %+v", h)
	}
	e.sndUna++
	cubicPktsAcked(e, ackSample{pktsAcked: 1, rtt: 21 * ms})
	if h.samples != 1 || h.least != 21*ms || h.end != 5000 || h.roundStart != e.now {
		t.Errorf("an ACK after the round's end does not begin a new one: %+v", h)
	}
}
