package stat

import "math"

// LeastReplicates returns the number of observations from which on QuantileInterval bounds the q-th
// quantile (0 < q < 1) on both sides: 6 for the median, 441 for p99.
func LeastReplicates(q float64) int {
	// With fewer than first values even the interval from the smallest to the largest value misses
	// the quantile with a probability q^n + (1−q)^n above 1 − Confidence. Above, a few numbers may
	// still have intervals without a bound.
	first := max(1, int(math.Log(1-Confidence)/math.Log(max(q, 1-q))))
	least := first
	for n := first; n < 3*first+10; n++ {
		if lo, hi := orderStatistics(n, q, Confidence); lo < 1 || hi > n {
			least = n + 1
		}
	}
	return least
}
