package effect

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// Comparing two columns of correlated values, of which no two are equal. Every iteration prepares
// both columns again; the resamples are drawn once.
func BenchmarkPaired(b *testing.B) {
	for _, n := range []int{1000, mostShared, 1_000_000} {
		b.Run(fmt.Sprint("replicates=", n), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 2))
			x, y := make([]float64, n), make([]float64, n)
			for i := range n {
				z := rng.NormFloat64()
				x[i], y[i] = 1e9*math.Exp(z+rng.NormFloat64()), 1e9*math.Exp(z)
			}
			comparer := NewComparer(1, NewResamples())
			var these, those Column
			b.ReportAllocs()
			for b.Loop() {
				these.Set(x)
				those.Set(y)
				comparer.Paired(&these, &those)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(2*n), "ns/value")
		})
	}
}
