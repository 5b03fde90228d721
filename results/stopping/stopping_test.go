package stopping

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"tlslab/results"
	"tlslab/results/stat"
)

func TestACellEndsOnceItsIntervalIsNarrowEnough(t *testing.T) {
	target := &results.Target{Statistic: "p95", Relative: 0.02, Most: 4000}
	inf := math.Inf(1)
	for _, test := range []struct {
		what       string
		replicates int
		interval   stat.Interval
		want       Decision
	}{
		{"narrow", 1000, stat.Interval{Value: 100, Lo: 98, Hi: 102}, Reached},
		{"wide above", 1000, stat.Interval{Value: 100, Lo: 99, Hi: 102.1}, Continue},
		{"wide below", 2000, stat.Interval{Value: 100, Lo: 97, Hi: 100}, Continue},
		{"negative values", 1000, stat.Interval{Value: -100, Lo: -102, Hi: -98}, Reached},
		{"no bound above", 1000, stat.Interval{Value: 100, Lo: 99, Hi: inf}, Continue},
		{"constant", 1000, stat.Point(517), Reached},
		{"constant zero", 1000, stat.Point(0), Reached},
		{"zero with a bound above", 1000, stat.Interval{Value: 0, Lo: 0, Hi: 1}, Continue},
		{"wide at the cap", 4000, stat.Interval{Value: 100, Lo: 50, Hi: 102}, Capped},
		{"narrow at the cap", 4000, stat.Interval{Value: 100, Lo: 99, Hi: 101}, Reached},
		{"no replicate reached the metric", 1000, stat.None, Absent},
	} {
		if got := Decide(target, test.replicates, test.interval); got != test.want {
			t.Errorf("%s: got %d, want %d", test.what, got, test.want)
		}
	}
}

func TestEachStatisticOfATargetHasItsInterval(t *testing.T) {
	values := make([]float64, 1001)
	for i := range values {
		values[i] = float64(i)
	}
	for statistic, want := range map[string]float64{"p50": 500, "p95": 950, "p99": 990, "mean": 500} {
		if !slices.Contains(results.Statistics, statistic) {
			t.Errorf("%s is not a statistic of a target", statistic)
		}
		got, err := Interval(&results.Target{Statistic: statistic}, values)
		if err != nil || got.Value != want || math.IsInf(HalfWidth(got), 1) {
			t.Errorf("%s is %v, want %v: %v", statistic, got, want, err)
		}
	}
	if len(results.Statistics) != 4 {
		t.Errorf("the statistics are %v", results.Statistics)
	}
}

// runToTarget draws batches until the target is reached. It returns the interval and the number of
// replicates.
func runToTarget(h *results.Header, draw func() float64) (stat.Interval, int) {
	var values []float64
	for _, batch := range h.Batches() {
		for range batch.Len() {
			values = append(values, draw())
		}
		slices.Sort(values)
		interval, _ := Interval(h.Target, values)
		if Decide(h.Target, batch.To, interval) != Continue {
			return interval, len(values)
		}
	}
	return stat.None, 0
}

// The 95 % intervals of runs that the data end cover the true value nearly as often as those of
// runs of a fixed length.
func TestIntervalsOfRunsThatTheDataEndCoverTheTruth(t *testing.T) {
	runs := 500
	if testing.Short() {
		runs = 100
	}
	for _, test := range []struct {
		statistic string
		truth     float64 // of the exponential distribution with mean 1
	}{{"p50", math.Ln2}, {"p95", math.Log(20)}, {"p99", math.Log(100)}, {"mean", 1}} {
		h := &results.Header{Replicates: 1 << 20}
		h.Target = &results.Target{Statistic: test.statistic, Relative: 0.05, Most: h.Replicates}
		rng := rand.New(rand.NewPCG(1, 2))
		covered, least, most := 0, math.MaxInt, 0
		for range runs {
			interval, n := runToTarget(h, rng.ExpFloat64)
			if interval.Lo <= test.truth && test.truth <= interval.Hi {
				covered++
			}
			least, most = min(least, n), max(most, n)
		}
		// With a true coverage of 94 %, fewer than 90 % of 500 runs cover in 1 of 5,000 cases.
		share := float64(covered) / float64(runs)
		t.Logf("%s: %.1f %% of the intervals cover the truth, %d to %d replicates", test.statistic, 100*share, least, most)
		if share < 0.90 {
			t.Errorf("%s: %.1f %% of the intervals cover the truth", test.statistic, 100*share)
		}
	}
}
