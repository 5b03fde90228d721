package plot

import (
	"math"
	"slices"
	"testing"

	"tlslab/results/stat"
)

func TestThinningKeepsTheTail(t *testing.T) {
	const n = 1_000_000
	values := make([]float64, n)
	for i := range values {
		values[i] = float64(i)
	}
	c := thin(values, n, mostPoints)
	if len(c.x) > mostPoints {
		t.Fatalf("%d points, want at most %d", len(c.x), mostPoints)
	}
	for back := 1; back <= 100; back++ {
		if got := c.x[len(c.x)-back]; got != float64(n-back) {
			t.Fatalf("value %d from the top is %v, want %v: the tail was thinned",
				back, got, float64(n-back))
		}
	}
	for i := range c.x {
		if want := (c.x[i] + 1) / n; c.f[i] != want {
			t.Fatalf("the fraction at most %v is %v, want %v", c.x[i], c.f[i], want)
		}
	}
}

func TestEqualValuesAreOnePoint(t *testing.T) {
	c := thin([]float64{5, 5, 5, 5}, 4, mostPoints)
	if len(c.x) != 1 || c.x[0] != 5 || c.f[0] != 1 {
		t.Errorf("got %v at %v", c.x, c.f)
	}
}

func TestFailedReplicatesKeepTheCurveBelowOne(t *testing.T) {
	c := thin([]float64{1, 2, 3}, 4, mostPoints)
	if got := c.f[len(c.f)-1]; got != 0.75 {
		t.Errorf("3 of 4 replicates done, but the curve ends at %v", got)
	}
	if c := thin(nil, 4, mostPoints); len(c.x) != 0 {
		t.Errorf("a curve of nothing has %d points", len(c.x))
	}
}

// The band at a quantile is the interval of the quantile, in which replicates without a value are
// beyond all values.
func TestTheBandIsTheIntervalOfEachQuantile(t *testing.T) {
	for _, failed := range []int{0, 40} {
		var reached, all []float64
		for i := range 500 - failed {
			reached = append(reached, math.Exp(float64(i%97)/10))
		}
		slices.Sort(reached)
		all = append(all, reached...)
		for range failed {
			all = append(all, math.Inf(1))
		}
		bounded := 0
		for _, s := range thin(reached, 500, mostPoints).band() {
			want := stat.QuantileInterval(all, s.fraction)
			// An interval includes its interpolated estimate, which a band does not have.
			if s.low < want.Lo || s.low > want.Value || s.high > want.Hi || s.high < want.Value {
				t.Errorf("%d failed: %v, want %v", failed, s, want)
			}
			if !math.IsInf(s.low, 0) && !math.IsInf(s.high, 0) {
				bounded++
			}
		}
		if bounded < bandSteps/4 {
			t.Errorf("%d failed: only %d bounded steps", failed, bounded)
		}
	}
}

func TestACellWithMissingReplicatesIsNotConstant(t *testing.T) {
	for _, c := range []struct {
		values []float64
		n      int
		want   bool
	}{
		{[]float64{100, 100, 100}, 3, true},
		{[]float64{100, 100.9}, 2, true}, // within 1 %
		{[]float64{100, 101.1}, 2, false},
		{[]float64{100, 100}, 3, false}, // one is missing
		{nil, 3, false},
	} {
		if got := thin(c.values, c.n, mostPoints).constant(); got != c.want {
			t.Errorf("%v of %d replicates: constant is %t", c.values, c.n, got)
		}
	}
}
