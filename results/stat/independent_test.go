package stat

import (
	"math"
	"testing"
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
}
