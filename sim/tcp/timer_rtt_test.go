package tcp

import (
	"testing"
	"time"
)

const ms = time.Millisecond

// TestTimeoutAfterOneSample: RTO = R + max(2R, 200 ms), as in Linux after the handshake.
func TestTimeoutAfterOneSample(t *testing.T) {
	for _, c := range []struct{ r, want time.Duration }{
		{10 * ms, 210 * ms}, {31 * ms, 231 * ms}, {100 * ms, 300 * ms}, {200 * ms, 600 * ms}, {time.Second, 3 * time.Second},
	} {
		var r rttEstimator
		r.sample(c.r, 200*ms, 1, 1)
		if got := r.timeout(); got != c.want {
			t.Errorf("sample %v: RTO %v, want %v", c.r, got, c.want)
		}
	}
}

// TestTimeoutFollowsSamples follows the kernel's estimator by hand: in each round trip the
// variance term falls by a quarter of its excess, and a late sample raises it at once.
func TestTimeoutFollowsSamples(t *testing.T) {
	var r rttEstimator
	r.sample(400*ms, 200*ms, 1, 100) // srtt 400, mdev 200 (times 4: 800), variance term 800
	if r.rttvar.duration() != 800*ms {
		t.Fatalf("variance term %v, want 800ms", r.rttvar)
	}
	// A second one of 400: mdev4 = 800 - 800/4 = 600; the round has ended: mdevMax is 800 still,
	// so nothing falls.
	r.sample(400*ms, 200*ms, 101, 200)
	if r.mdev4.duration() != 600*ms || r.rttvar.duration() != 800*ms || r.mdevMax.duration() != 200*ms {
		t.Fatalf("mdev %v, variance term %v, maximum %v", r.mdev4, r.rttvar, r.mdevMax)
	}
	// Third: mdev4 = 600 - 150 = 450 > 200: maximum 450; round over: 800 - (800-450)/4 = 712.5.
	r.sample(400*ms, 200*ms, 201, 300)
	if r.mdev4.duration() != 450*ms || r.rttvar.duration() != 712500*time.Microsecond {
		t.Fatalf("mdev %v, variance term %v", r.mdev4, r.rttvar)
	}
	// A sample of 800 in the next round: srtt 450; error 400, less mdev4/4 = 112.5: mdev4 =
	// 737.5, above 712.5.
	r.sample(800*ms, 200*ms, 250, 400)
	if r.srtt() != 450*ms || r.rttvar.duration() != 737500*time.Microsecond {
		t.Fatalf("srtt %v, variance term %v", r.srtt(), r.rttvar)
	}
	// A sample far below counts for an eighth: 450 - 400 = 50 → error -400, (400 - 184.375)/8.
	before := r.mdev4
	r.sample(50*ms, 200*ms, 260, 400)
	if got, want := r.mdev4-before, (400_000-before/4)/8; got != want {
		t.Fatalf("mdev rose by %v, want %v", got, want)
	}
}

// TestModelTimeoutIsThatOfTheKernel: the times in the kernel's documentation (ip-sysctl.rst) for
// the default retries.
func TestModelTimeoutIsThatOfTheKernel(t *testing.T) {
	for _, c := range []struct {
		retries int
		base    time.Duration
		want    time.Duration
	}{
		{15, 200 * ms, 924600 * ms}, // tcp_retries2: 924.6 seconds
		{6, time.Second, 127 * time.Second},
		{5, time.Second, 63 * time.Second},
		{0, time.Second, time.Second},
	} {
		if got := modelTimeout(c.retries, c.base, 120*time.Second); got != c.want {
			t.Errorf("%d retries from %v: %v, want %v", c.retries, c.base, got, c.want)
		}
	}
}

// TestTheRTOAfterAHandshakeWithoutSampleIs3s: if the SYN or SYN-ACK was sent again and timestamps
// are off, the first retransmission timeout of data is 3 s (RFC 6298 §5.7).
func TestTheRTOAfterAHandshakeWithoutSampleIs3s(t *testing.T) {
	cfg := DefaultConfig()
	cfg.HZ, cfg.Timestamps = 0, false
	p := newPipe(&cfg, 100*ms, parseTurns(t, "C 256 | S 100"))
	p.drop = func(side, n int, _ *Segment) bool { return side == client && (n == 0 || n == 3) }
	p.run(30 * time.Second)
	// A tail loss probe repeats the lost data after 1 s, the probe timeout without a sample. The
	// retransmission timeout would be 3 s.
	if got := p.turnAt[1]; got != 1150*ms+time.Second {
		t.Errorf("the data arrived at %v", got)
	}
	if rto := p.end[server].xmit.rto; rto != 300*ms {
		t.Errorf("the server has a sample, but its RTO is %v", rto)
	}
	cfg.TailLossProbe = false
	p.reset(&cfg, parseTurns(t, "C 256 | S 100"))
	p.run(30 * time.Second)
	if got := p.turnAt[1]; got != 1150*ms+3*time.Second {
		t.Errorf("without a probe the data arrived at %v", got)
	}
}

// TestTheRTOIsInTicks: the kernel rounds the RTO up to ticks (usecs_to_jiffies), after it has
// measured in whole microseconds. At HZ 250 a round trip of exactly 100 ms gives 75 ticks; one
// microsecond more gives 76, less than a microsecond more does not count.
func TestTheRTOIsInTicks(t *testing.T) {
	for _, c := range []struct {
		rtt  time.Duration
		want int64
	}{
		{100 * ms, 75},
		{100*ms + 998*time.Nanosecond, 75},
		{100*ms + 2*time.Microsecond, 76},
		{100*ms + 80*time.Microsecond, 76},
		{104 * ms, 78}, // 104 + 208 ms
	} {
		cfg := DefaultConfig()
		p := newPipe(&cfg, c.rtt, nil)
		p.run(time.Second)
		if got := int64(p.end[client].xmit.rto / p.end[client].clock.tick); got != c.want {
			t.Errorf("round trip %v: RTO %d ticks, want %d", c.rtt, got, c.want)
		}
	}
}

// TestTimesAreMicrosecondsOfTheHostsClock: the kernel takes the difference of two readings of its
// clock in whole microseconds. Of a round trip of 100.0005 ms it so measures 100000 or 100001
// microseconds, as the phase of the clock decides.
func TestTimesAreMicrosecondsOfTheHostsClock(t *testing.T) {
	seen := map[time.Duration]int{}
	for phase := range 100 {
		cfg := DefaultConfig()
		cfg.ClockOffset = time.Duration(phase) * 10
		p := newPipe(&cfg, 100*ms+500, nil)
		p.run(time.Second)
		seen[p.end[client].rtt.min]++
	}
	if seen[100*ms] != 50 || seen[100*ms+time.Microsecond] != 50 {
		t.Errorf("measured %v", seen)
	}
}
