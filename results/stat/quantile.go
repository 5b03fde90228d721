package stat

import (
	"math"
	"sync"

	moremath "github.com/aclements/go-moremath/stats"
)

// QuantileDefinition names the one definition of a sample quantile that the lab uses.
const QuantileDefinition = "Hyndman–Fan type 7"

// Quantile returns the q-th quantile (0 ≤ q ≤ 1) of data in ascending order, or NaN of no data. It is definition 7 of
// Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American Statistician 50 (1996): linear
// interpolation at position q·(n−1), the default of R, NumPy and spreadsheets, and montanaflynn/stats's Percentile, of
// which this is the counterpart for data that are sorted already: Percentile sorts a copy at each call.
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

// QuantileInterval returns the q-th quantile of data in ascending order with its interval by order statistics. It
// assumes independent observations and nothing of their distribution; with ties it is wider than it need be, never
// narrower. A side is unbounded where there are too few observations beyond the quantile: the median needs 6 to be
// bounded on both sides, p99 needs 441.
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
	// Of five values or fewer, the rank that bounds p99 from below can lie above the interpolated estimate.
	if lo >= 1 {
		interval.Lo = min(sorted[lo-1], interval.Value)
	}
	if hi <= n {
		interval.Hi = max(sorted[hi-1], interval.Value)
	}
	return interval
}

type orderKey struct {
	n             int
	q, confidence float64
}

// orders remembers the order statistics by orderKey: a grid asks for few of them, very often.
var orders sync.Map

// orderStatistics returns the 1-based ranks that bound the quantile; 0 and n+1 are ∓∞.
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
