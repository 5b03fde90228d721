package benchcompare

import (
	"math"
	"testing"
)

// Hollander and Wolfe, permeability of the chorioamnion: the example of R's ?wilcox.test. W = 35,
// two-sided p = 0.2544.
func TestRankSumOfAPublishedExample(t *testing.T) {
	p := rankSum(
		[]float64{0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46},
		[]float64{1.15, 0.88, 0.90, 0.74, 1.21})
	if math.Abs(p-0.2544) > 5e-5 {
		t.Errorf("p = %v, R has 0.2544", p)
	}
	if p := rankSum([]float64{1, 1}, []float64{1, 1}); p != 1 {
		t.Errorf("equal samples: p = %v, want 1", p)
	}
	if p := rankSum(nil, []float64{1}); !math.IsNaN(p) {
		t.Errorf("an empty sample: p = %v, want NaN", p)
	}
}
