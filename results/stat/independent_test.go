package stat

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	moremath "github.com/aclements/go-moremath/stats"
)

// Hollander and Wolfe, permeability of the chorioamnion: the example of R's ?wilcox.test. W = 35,
// two-sided p = 0.2544.
func TestRankSumOfAPublishedExample(t *testing.T) {
	p := RankSum(
		[]float64{0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46},
		[]float64{1.15, 0.88, 0.90, 0.74, 1.21})
	if !near(p, 0.2544, 5e-5) {
		t.Errorf("p = %v, R has 0.2544", p)
	}
	if p := RankSum([]float64{1, 1}, []float64{1, 1}); p != 1 {
		t.Errorf("equal samples: p = %v, want 1", p)
	}
	if p := RankSum(nil, []float64{1}); !math.IsNaN(p) {
		t.Errorf("an empty sample: p = %v, want NaN", p)
	}
}

// The medians of two exponential samples differ by the factor 1.5: at least 95 % of the intervals
// contain it.
func TestIntervalsOfIndependentMediansCover(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	const rounds, n = 500, 60
	ratio, difference := 0, 0
	for range rounds {
		cell, baseline := make([]float64, n), make([]float64, n)
		for i := range n {
			cell[i], baseline[i] = 3*rng.ExpFloat64(), 2*rng.ExpFloat64()
		}
		slices.Sort(cell)
		slices.Sort(baseline)
		if i := MedianRatio(cell, baseline); i.Lo <= 1.5 && 1.5 <= i.Hi {
			ratio++
		}
		if i := MedianDifference(cell, baseline); i.Lo <= math.Ln2 && math.Ln2 <= i.Hi {
			difference++
		}
	}
	if ratio < rounds*95/100 || difference < rounds*95/100 {
		t.Errorf("of %d intervals, %d contain the ratio and %d the difference of the medians, want 95 %%", rounds, ratio, difference)
	}
}

// Against a baseline without spread, the interval is that of the cell's median alone. Its level
// must be √0.95, so that the intervals of two medians have 95 % together.
func TestIndependentMediansShareTheLevel(t *testing.T) {
	baseline := make([]float64, 100)
	for n := 8; n <= 200; n++ {
		i := MedianDifference(seq(1, n), baseline)
		x := moremath.BinomialDist{N: n, P: 0.5}
		if coverage := x.CDF(i.Hi-1) - x.CDF(i.Lo-1); coverage < math.Sqrt(0.95)-1e-9 {
			t.Fatalf("n = %d: ranks %v to %v cover the median with probability %v, want √0.95",
				n, i.Lo, i.Hi, coverage)
		}
	}
}

func TestRatioOfZeros(t *testing.T) {
	for _, test := range []struct{ cell, baseline, want float64 }{
		{0, 0, 1}, {3, 0, math.Inf(1)}, {0, 3, 0}, {3, 2, 1.5},
	} {
		if got := Ratio(test.cell, test.baseline); got != test.want {
			t.Errorf("%v / %v = %v, want %v", test.cell, test.baseline, got, test.want)
		}
	}
	if got := Ratio(-1, 2); !math.IsNaN(got) {
		t.Errorf("the ratio of a negative value is %v, want NaN", got)
	}
	if got := MedianRatio([]float64{-1, 2, 3}, []float64{1, 2, 3}); !math.IsNaN(got.Value) {
		t.Errorf("the ratio of medians of a sample with negative values is %v, want none", got)
	}
}
