package effect

import (
	"math"
	"math/rand/v2"
	"testing"
)

// longTailed returns n pairs of a long-tailed quantity; x is 10 % above y.
func longTailed(n int, seed uint64) (x, y []float64) {
	r := rand.New(rand.NewPCG(seed, 1))
	for range n {
		common := math.Exp(r.NormFloat64())
		y = append(y, 100*common*math.Exp(0.05*r.NormFloat64()))
		x = append(x, 110*common*math.Exp(0.05*r.NormFloat64()))
	}
	return x, y
}

func quantileOf(c *Comparer, x, y *Column, p float64, paired bool) Effect {
	if paired {
		return c.PairedQuantile(x, y, p)
	}
	return c.IndependentQuantile(x, y, p)
}

// Of the quantiles that Paired and Independent compare, Quantile gives the same estimate and test,
// and nearly the same interval: it draws other resamples.
func TestAQuantileIsComparedAsThoseOfAComparison(t *testing.T) {
	values, olds := longTailed(1000, 5)
	var x, y Column
	x.Set(values)
	y.Set(olds)
	for _, paired := range []bool{true, false} {
		c := NewComparer(1, NewResamples())
		all := c.Independent(&x, &y)
		if paired {
			all = c.Paired(&x, &y)
		}
		for of, p := range probabilities {
			want, got := all.Effects[of], quantileOf(c, &x, &y, p, paired)
			if got.Diff.Value != want.Diff.Value || got.Ratio.Value != want.Ratio.Value || got.P != want.P {
				t.Errorf("paired %v, p = %g: %+v, want %+v", paired, p, got, want)
			}
			width := want.Ratio.Hi - want.Ratio.Lo
			if math.Abs(got.Ratio.Lo-want.Ratio.Lo) > width/3 || math.Abs(got.Ratio.Hi-want.Ratio.Hi) > width/3 {
				t.Errorf("paired %v, p = %g: interval %+v, want nearly %+v", paired, p, got.Ratio, want.Ratio)
			}
		}
	}
}

// An interval of 95 % of the p90's ratio contains the true ratio of 1.1 in at least 95 % of
// samples, but for chance.
func TestTheIntervalOfAnyQuantileCoversTheRatio(t *testing.T) {
	const samples = 400
	for _, paired := range []bool{true, false} {
		covered := 0
		for i := range samples {
			values, olds := longTailed(300, uint64(i)+1000)
			var x, y Column
			x.Set(values)
			y.Set(olds)
			e := quantileOf(NewComparer(uint64(i), NewResamples()), &x, &y, 0.9, paired)
			if e.Ratio.Lo <= 1.1 && 1.1 <= e.Ratio.Hi {
				covered++
			}
		}
		// The sides are pairs, so that the interval without pairing is too wide.
		if share := float64(covered) / samples; share < 0.92 {
			t.Errorf("paired %v: %.1f %% of the intervals cover the ratio", paired, 100*share)
		}
	}
}

func TestAQuantileWithoutBoundsIsNotTested(t *testing.T) {
	values, olds := longTailed(20, 7)
	var x, y Column
	x.Set(values)
	y.Set(olds)
	for _, paired := range []bool{true, false} {
		e := quantileOf(NewComparer(1, NewResamples()), &x, &y, 0.999, paired)
		if !math.IsInf(e.Diff.Lo, -1) || !math.IsInf(e.Diff.Hi, 1) {
			t.Fatalf("paired %v: the p99.9 of 20 replicates has a bound: %+v", paired, e.Diff)
		}
		if !math.IsNaN(e.P) {
			t.Errorf("paired %v: p = %g, want none", paired, e.P)
		}
	}
}
