package stat

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm") in R, and the usual example of four hypotheses.
func TestHolmOfPublishedExamples(t *testing.T) {
	tests := []struct{ ps, want []float64 }{
		{[]float64{0.01, 0.02, 0.03, 0.04, 0.05}, []float64{0.05, 0.08, 0.09, 0.09, 0.09}},
		{[]float64{0.01, 0.04, 0.03, 0.005}, []float64{0.03, 0.06, 0.06, 0.02}},
		{[]float64{0.9, 0.8}, []float64{1, 1}},
		{[]float64{0.03}, []float64{0.03}},
		{nil, nil},
	}
	for _, test := range tests {
		got := Holm(test.ps)
		if len(got) != len(test.want) {
			t.Errorf("Holm(%v) = %v, want %v", test.ps, got, test.want)
			continue
		}
		for i := range got {
			if !near(got[i], test.want[i], 1e-12) {
				t.Errorf("Holm(%v) = %v, want %v", test.ps, got, test.want)
				break
			}
		}
	}
}

func TestHolmLeavesOutNaN(t *testing.T) {
	got := Holm([]float64{0.02, math.NaN(), 0.01})
	if !near(got[0], 0.02, 1e-12) || !math.IsNaN(got[1]) || !near(got[2], 0.02, 1e-12) {
		t.Errorf("with NaN for one of three: %v, want 0.02, NaN, 0.02", got)
	}
}

func TestHolmKeepsTheOrderAndNeverLowersAPValue(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for range 100 {
		ps := make([]float64, 1+rng.IntN(40))
		for i := range ps {
			ps[i] = rng.Float64() * rng.Float64()
		}
		adjusted := Holm(ps)
		order := make([]int, len(ps))
		for i := range order {
			order[i] = i
			if adjusted[i] < ps[i] || adjusted[i] > min(1, ps[i]*float64(len(ps))+1e-15) {
				t.Fatalf("p = %v of %d was adjusted to %v: want it between p and Bonferroni's",
					ps[i], len(ps), adjusted[i])
			}
		}
		slices.SortFunc(order, func(a, b int) int {
			if ps[a] < ps[b] {
				return -1
			}
			return 1
		})
		for i := 1; i < len(order); i++ {
			if adjusted[order[i]] < adjusted[order[i-1]] {
				t.Fatalf("the larger p = %v was adjusted to the smaller %v",
					ps[order[i]], adjusted[order[i]])
			}
		}
	}
}
