package stat

import (
	"math"
	"sync"

	moremath "github.com/aclements/go-moremath/stats"
)

// QuantileDefinition names the one definition of a sample quantile that the lab uses.
const QuantileDefinition = "Hyndman–Fan type 7"

// Quantile returns the q-th quantile (0 ≤ q ≤ 1) of data in ascending order, or NaN without data.
// It is definition 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American
// Statistician 50 (1996): linear interpolation at position q·(n−1), the default of R, NumPy and
// spreadsheets. Percentile of montanaflynn/stats is the same, but sorts a copy of the data at each
// call.
func Quantile(sorted []float64, q float64) float64 {
	n := len(sorted)
	if n == 0 {
		return math.NaN()
	}
	position := q * float64(n-1)
	k := min(int(position), n-1)
	fraction := position - float64(k)
	if fraction == 0 || k+1 == n || sorted[k] == sorted[k+1] {
		return sorted[k]
	}
	return sorted[k] + fraction*(sorted[k+1]-sorted[k])
}

// QuantileInterval returns the q-th quantile of data in ascending order. Its interval is that of
// order statistics: it assumes independent observations of any distribution, and ties only make it
// wider. A side is unbounded if too few observations lie beyond the quantile: the median needs 6
// observations to be bounded on both sides, p99 needs 441.
func QuantileInterval(sorted []float64, q float64) Interval {
	return quantileInterval(sorted, q, Confidence)
}

func quantileInterval(sorted []float64, q, confidence float64) Interval {
	n := len(sorted)
	if n == 0 {
		return None
	}
	interval := unbounded(Quantile(sorted, q))
	lo, hi := orderStatistics(n, q, confidence)
	// With five values or fewer, the lower bound of p99 can be above the interpolated estimate.
	if lo >= 1 {
		interval.Lo = min(sorted[lo-1], interval.Value)
	}
	if hi <= n {
		interval.Hi = max(sorted[hi-1], interval.Value)
	}
	return interval
}

// QuantileRanks returns the ranks, from 1 to n, of the ordered observations that bound the q-th
// quantile of n observations in QuantileInterval. Rank 0 is −∞ and rank n+1 is +∞: the observations
// do not bound the quantile on this side.
func QuantileRanks(n int, q float64) (low, high int) { return orderStatistics(n, q, Confidence) }

type orderKey struct {
	n             int
	q, confidence float64
}

// orders caches the results of orderStatistics: the cells of a run ask for the same few again and
// again.
var orders sync.Map

// orderStatistics returns the 1-based ranks of the values that bound the quantile. Rank 0 is −∞,
// rank n+1 is +∞.
func orderStatistics(n int, q, confidence float64) (lo, hi int) {
	key := orderKey{n, q, confidence}
	if known, ok := orders.Load(key); ok {
		ranks := known.([2]int)
		return ranks[0], ranks[1]
	}
	ci := moremath.QuantileCI(n, q, confidence)
	orders.Store(key, [2]int{ci.LoOrder, ci.HiOrder})
	return ci.LoOrder, ci.HiOrder
}
