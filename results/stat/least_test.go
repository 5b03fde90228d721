package stat

import (
	"math"
	"testing"
)

func TestFromTheLeastReplicatesOnAnIntervalHasBothBounds(t *testing.T) {
	for q, want := range map[float64]int{0.50: 6, 0.95: 90, 0.99: 441} {
		n := LeastReplicates(q)
		if n != want {
			t.Errorf("%v needs %d, want %d", q, n, want)
		}
		for at := n - 1; at < 4*n; at++ {
			values := make([]float64, at)
			for i := range values {
				values[i] = float64(i)
			}
			iv := QuantileInterval(values, q)
			if both := !math.IsInf(iv.Lo, 0) && !math.IsInf(iv.Hi, 0); both != (at >= n) {
				t.Fatalf("%v at %d: bounded %v, least is %d", q, at, both, n)
			}
		}
	}
}
