package effect

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Values are sorted the same whether they are counted or not.
func TestSortersSort(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var s sorter
	var sorted []float64
	var order []uint32
	for _, different := range []int{1, 2, 5, mostDistinct, mostDistinct + 1, 10_000} {
		pool := []float64{0, math.Copysign(0, -1), math.Inf(1), -3, 1e300}
		for len(pool) < different {
			pool = append(pool, math.Floor(rng.NormFloat64()*1e9))
		}
		for _, n := range []int{0, 1, 2, 1000} {
			values := make([]float64, n)
			for i := range values {
				values[i] = pool[rng.IntN(different)]
			}
			want := slices.Sorted(slices.Values(values))
			s.ordered(&sorted, &order, values)
			if !slices.Equal(sorted, want) {
				t.Errorf("%d of %d different values are not in order", n, different)
			}
			for i, o := range order {
				if values[o] != sorted[i] || i > 0 && sorted[i] == sorted[i-1] && o < order[i-1] {
					t.Errorf("value %d of %d different values is not in its place", i, different)
					break
				}
			}
			s.sort(values)
			if !slices.Equal(values, want) {
				t.Errorf("%d of %d different values are not sorted", n, different)
			}
		}
	}
}

func BenchmarkSort(b *testing.B) {
	for _, bench := range []struct {
		name      string
		different int
	}{{"values=few", 6}, {"values=many", 1 << 40}} {
		b.Run(bench.name, func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 2))
			column, values := make([]float64, 10_000), make([]float64, 0, 10_000)
			for i := range column {
				column[i] = float64(rng.IntN(bench.different))
			}
			var s sorter
			var order []uint32
			for b.Loop() {
				s.ordered(&values, &order, column)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(column)), "ns/value")
		})
	}
}
