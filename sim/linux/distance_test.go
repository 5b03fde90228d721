package linux

import (
	"math"
	"slices"
	"testing"
	"time"
)

// shiftTolerance is the δ of docs/fidelity.md: the difference in time that no comparison of
// distributions counts, 2 ms or 1 %.
func shiftTolerance(t time.Duration) time.Duration { return max(2*time.Millisecond, t/100) }

// distance is the Kolmogorov–Smirnov distance of two sorted samples with a tolerance in time δ,
// which is shiftTolerance: the most by which the measured distribution function F at a time t is
// above the simulated one at t + δ, or below the simulated one at t − δ.
func distance(measured, simulated []time.Duration) (d float64) {
	n, m := float64(len(measured)), float64(len(simulated))
	// Number of simulated times up to t, and below t, as t grows.
	upTo, below := 0, 0
	for i, t := range measured {
		delta := shiftTolerance(t)
		for upTo < len(simulated) && simulated[upTo] <= t+delta {
			upTo++
		}
		for below < len(simulated) && simulated[below] < t-delta {
			below++
		}
		// F jumps at t: the least above the jump, the most before it.
		d = max(d, float64(i+1)/n-float64(upTo)/m, float64(below)/m-float64(i)/n)
	}
	return d
}

// critical is the distance that two samples of one distribution exceed in 1 of 100 cases
// (Smirnov 1948): 1.63·√(1/n + 1/m).
func critical(n, m int) float64 { return 1.63 * math.Sqrt(1/float64(n)+1/float64(m)) }

// quantile is the sample quantile of the probability p.
func quantile(sorted []time.Duration, p float64) time.Duration {
	return sorted[min(int(p*float64(len(sorted))), len(sorted)-1)]
}

func TestDistanceForgivesAShiftAndNothingElse(t *testing.T) {
	ms := func(times ...int) (d []time.Duration) {
		for _, x := range times {
			d = append(d, time.Duration(x)*time.Millisecond)
		}
		slices.Sort(d)
		return d
	}
	for _, c := range []struct {
		name                string
		measured, simulated []time.Duration
		want                float64
	}{
		{"equal", ms(10, 20, 30), ms(10, 20, 30), 0},
		{"2 ms later", ms(12, 22, 32), ms(10, 20, 30), 0},
		{"2 ms earlier", ms(8, 18, 28), ms(10, 20, 30), 0},
		{"1 % later", ms(1000, 2000), ms(1009, 1981), 0},
		{"one of four 3 ms late", ms(10, 20, 30, 43), ms(10, 20, 30, 40), 0.25},
		{"one of four 3 ms early", ms(10, 20, 30, 37), ms(10, 20, 30, 40), 0.25},
		{"a mode too many", ms(10, 10, 10, 10), ms(10, 10, 200, 200), 0.5},
		{"a mode too few", ms(10, 10, 200, 200), ms(10, 10, 10, 10), 0.5},
		{"apart", ms(10), ms(100), 1},
	} {
		if got := distance(c.measured, c.simulated); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: distance %v, want %v", c.name, got, c.want)
		}
	}
}
