package effect

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Of many intervals, each from new data, about 95 % contain the true ratio of the quantiles. With
// too few replicates an interval has no bounds.
func TestIntervalsCoverTheTrueRatio(t *testing.T) {
	if testing.Short() {
		t.Skip("simulates 150 experiments of each kind")
	}
	uniformMixture := func(p, from, lost float64) float64 {
		// The quantile of from + U(0, 10), and 1000 more if lost.
		if p < 1-lost {
			return from + 10*p/(1-lost)
		}
		return from + 1000 + 10*(p-1+lost)/lost
	}
	const rounds = 150
	for _, design := range []struct {
		name string
		draw func(rng *rand.Rand) (x, y float64)
		true func(p float64) float64
	}{
		{"lognormal", func(rng *rand.Rand) (float64, float64) {
			a, b := rng.NormFloat64(), rng.NormFloat64()
			return math.Exp(0.3 + 0.8*a + 0.6*b), math.Exp(a)
		}, func(float64) float64 { return math.Exp(0.3) }},
		{"5 % a second above", func(rng *rand.Rand) (float64, float64) {
			u, lost := 10*rng.Float64(), 0.0
			if rng.Float64() < 0.05 {
				lost = 1000
			}
			return 90 + u + lost, 100 + 10*rng.Float64() + lost
		}, func(p float64) float64 { return uniformMixture(p, 90, 0.05) / uniformMixture(p, 100, 0.05) }},
		{"ties", func(rng *rand.Rand) (float64, float64) {
			a := float64(rng.IntN(10))
			return 10 + a, 20 + 2*a
		}, func(float64) float64 { return 0.5 }},
	} {
		shared := NewResamples()
		comparer := NewComparer(5, shared)
		for _, n := range []int{5, 30, 200, 1000} {
			rng := rand.New(rand.NewPCG(8, uint64(n)))
			var held, bounded [quantiles]int
			x, y := make([]float64, n), make([]float64, n)
			var a, b Column
			for range rounds {
				for i := range n {
					x[i], y[i] = design.draw(rng)
				}
				a.Set(x)
				b.Set(y)
				c := comparer.Paired(&a, &b)
				for of, p := range probabilities {
					r := c.Effects[of].Ratio
					if want := design.true(p); r.Lo <= want*(1+1e-12) && want <= r.Hi*(1+1e-12) {
						held[of]++
					}
					if !math.IsInf(r.Lo, -1) && !math.IsInf(r.Hi, 1) {
						bounded[of]++
					}
				}
			}
			for of, p := range probabilities {
				// At the edge of an atom, every value between the clusters is a p95.
				edge := design.name == "5 % a second above" && Statistic(of) == P95
				if held[of] < rounds*90/100 && !edge {
					t.Errorf("%s, n = %d, %v: %d of %d intervals contain the ratio", design.name, n, Statistic(of), held[of], rounds)
				}
				if want := n >= map[float64]int{0.5: 6, 0.95: 90, 0.99: 441}[p]; want != (bounded[of] == rounds) {
					t.Errorf("%s, n = %d, %v: %d of %d intervals have bounds", design.name, n, Statistic(of), bounded[of], rounds)
				}
				t.Logf("%s, n = %d, %v: %.3f", design.name, n, Statistic(of), float64(held[of])/rounds)
			}
		}
	}
}
