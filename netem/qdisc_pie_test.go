package netem

import (
	"math"
	"testing"
	"time"
)

func newTestPIE(t testing.TB, line string) *pie {
	q := newPIE(mustParseQueue(t, line))
	q.Reset(1)
	return q
}

// RFC 8033 §4.2 scales the change of the drop probability down when the probability is small.
func TestPIETunesItsWeightsAsTheRFC(t *testing.T) {
	q := newTestPIE(t, "pie")
	for _, tt := range []struct {
		prob    float64
		divisor int64
	}{
		{0.0000005, 2048}, {0.000005, 512}, {0.00005, 128}, {0.0005, 32}, {0.005, 8}, {0.05, 2}, {0.2, 1},
	} {
		q.prob = uint64(tt.prob * float64(pieMaxProb))
		alpha, beta := q.tunedWeights()
		for name, w := range map[string][2]int64{"alpha": {alpha, q.alpha}, "beta": {beta, q.beta}} {
			if r := float64(w[1]) / float64(w[0]) / float64(tt.divisor); math.Abs(r-1) > 0.001 {
				t.Errorf("at %v %s is divided by %v, want %v", tt.prob, name, w[1]/w[0], tt.divisor)
			}
		}
	}
	// Their defaults are 1/8 and 5/4 for a delay in seconds.
	perSecond := func(w int64) float64 { return float64(w) * float64(pieTicksPerSec) / float64(pieMaxProb) }
	if a, b := perSecond(q.alpha), perSecond(q.beta); math.Abs(a-0.125) > 1e-6 || math.Abs(b-1.25) > 1e-6 {
		t.Errorf("alpha %v and beta %v, want 0.125 and 1.25", a, b)
	}
}

// The update of RFC 8033 §4.2, computed by hand: p += α(delay − target) + β(delay − old delay).
func TestPIEUpdatesItsDropProbability(t *testing.T) {
	for _, tt := range []struct {
		prob       float64
		delay, old time.Duration
		want       float64
	}{
		{0.2, 25 * ms, 20 * ms, 0.2 + 0.125*0.010 + 1.25*0.005},
		{0.2, 10 * ms, 20 * ms, 0.2 - 0.125*0.005 - 1.25*0.010},
		{0.05, 25 * ms, 20 * ms, 0.05 + (0.125*0.010+1.25*0.005)/2},
		{0.2, 200 * ms, 100 * ms, 0.22},                         // at most 2 % at once
		{0.05, 300 * ms, 300 * ms, 0.05 + 0.125*0.285/2 + 0.02}, // 2 % more above 250 ms
		{0.001, 0, 20 * ms, 0},                                  // never below 0
		{0.9999, 300 * ms, 0, 1},                                // never above 1
		{0.2, 0, 0, (0.2 - 0.125*0.015) * 63 / 64},              // decays when idle
	} {
		q := newTestPIE(t, "pie")
		q.prob = uint64(tt.prob * float64(pieMaxProb))
		q.delay, q.oldDelay = ticks(tt.delay), ticks(tt.old)
		q.updateProbability()
		if got := float64(q.prob) / float64(pieMaxProb); math.Abs(got-tt.want) > 1e-5 {
			t.Errorf("%v with delay %v after %v becomes %v, want %v", tt.prob, tt.delay, tt.old, got, tt.want)
		}
	}
}

// overload offers 10 % more than the rate of 10 Mbit/s.
func overload(t testing.TB, queue string, packets int, ecn ECN) (arrived []Delivery, dropped []Event, l *Link) {
	l = New(mustParse(t, "rate 10mbit queue "+queue), 5)
	arrived, dropped = drive(t, l, packets, 1090909, Packet{Size: 1500, ECN: ecn})
	return arrived, dropped, l
}

// PIE keeps the delay at its target: an overload of 10 % needs a drop probability of 1 − 1/1.1.
func TestPIEKeepsTheDelayAtItsTarget(t *testing.T) {
	for queue, target := range map[string]time.Duration{
		"pie": 15 * ms, "pie target 40ms": 40 * ms, "pie dq_rate_estimator": 15 * ms,
	} {
		arrived, dropped, _ := overload(t, queue, 60_000, NotECT)
		var sum time.Duration
		late := arrived[len(arrived)/2:]
		for _, d := range late {
			sum += d.Queued
		}
		mean := sum / time.Duration(len(late))
		if mean < target*7/10 || mean > target*13/10 {
			t.Errorf("%s: mean delay %v", queue, mean)
		}
		drops := 0
		for _, e := range dropped {
			if e.At > late[0].At && e.Reason == ByPIE {
				drops++
			}
		}
		if p := float64(drops) / float64(drops+len(late)); math.Abs(p-1.0/11) > 0.01 {
			t.Errorf("%s: drops %v of the packets, want %v", queue, p, 1.0/11)
		}
	}
}

func TestPIEDropsNothingWithinItsBurstAllowance(t *testing.T) {
	_, dropped, _ := overload(t, "pie", 3000, NotECT)
	if len(dropped) == 0 || dropped[0].At < 150*ms {
		t.Errorf("first drops %v, want none within 150 ms", dropped[:min(1, len(dropped))])
	}
}

// RFC 8033 §5.1: a flow that ignores marks must not be able to keep the queue full.
func TestPIEMarksUpToADropProbabilityOf10Percent(t *testing.T) {
	for percent, marks := range map[uint64]bool{5: true, 9: true, 11: false, 30: false} {
		q := newTestPIE(t, "pie ecn limit 100000")
		var events Events
		q.Enqueue(0, queued(1, 1500, 0), &events)
		q.prob, q.burst, q.delay = pieMaxProb/100*percent, 0, q.target
		marked := 0
		for range 10_000 {
			item := Item{Packet: Packet{Size: 1500, ECN: ECT0}}
			q.Enqueue(0, item, &events)
			if n := q.items.size; q.items.at(n-1).ECN == CE {
				marked++
				q.items.at(n - 1).ECN = ECT0
			}
		}
		if dropped := len(events.take()); marked > 0 != marks || dropped > 0 == marks {
			t.Errorf("at %d %%: %d packets marked and %d dropped", percent, marked, dropped)
		}
	}
}

func TestPIEsByteModeSparesSmallPackets(t *testing.T) {
	lost := map[string]int{}
	for _, queue := range []string{"pie", "pie bytemode"} {
		l := New(mustParse(t, "rate 10mbit queue "+queue), 5)
		for i := range 40_000 {
			now := time.Duration(i) * ms
			l.Enqueue(now, Packet{Size: 1400})
			l.Enqueue(now, Packet{Size: 60})
			l.Dequeue(now, nil)
			for _, e := range l.Events() {
				if e.Size == 60 {
					lost[queue]++
				}
			}
		}
	}
	if lost["pie bytemode"]*5 > lost["pie"] {
		t.Errorf("small packets lost: %v", lost)
	}
}

// RFC 8033 §5.1 and §4.1: no drop at random with a short queue, nor with a low delay and a drop
// probability below 20 %.
func TestPIESparesShortQueuesAndLowDelays(t *testing.T) {
	for _, tt := range []struct {
		bytes, delay int64
		percent      uint64
		drops        bool
	}{
		{2999, 2, 90, false}, {3000, 2, 90, true}, {9000, 0, 19, false}, {9000, 0, 21, true},
	} {
		q := newTestPIE(t, "pie")
		q.burst, q.bytes, q.delay, q.prob = 0, tt.bytes, tt.delay*q.target, pieMaxProb/100*tt.percent
		drops := false
		for range 100 {
			drops = q.dropsEarly(1500) || drops
		}
		if drops != tt.drops {
			t.Errorf("%+v: drops %v", tt, drops)
		}
	}
}

// RFC 8033 §5.2: 16 KiB that leave a longer queue are a measurement, which counts an eighth.
func TestPIEAveragesTheDepartureRate(t *testing.T) {
	q := newTestPIE(t, "pie dq_rate_estimator")
	q.bytes, q.dqRate = 100_000, 800
	q.measureRate(1000, 0)
	q.measureRate(1000+2048, 16384) // 16384 bytes in 2048 ticks: 8 bytes a tick, times 2⁸
	if want := uint64(800 - 100 + 256); q.dqRate != want {
		t.Errorf("rate %d, want %d", q.dqRate, want)
	}
}
