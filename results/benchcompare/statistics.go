package benchcompare

import (
	"fmt"
	"math"
	"sort"

	moremath "github.com/aclements/go-moremath/stats"
	"github.com/montanaflynn/stats"

	"tlslab/results/gate"
	"tlslab/results/stat"
)

// change combines the intervals of both sides to that of the change.
func change(e *gate.Expression, new, old stat.Interval) stat.Interval {
	if e.Class != gate.Relative {
		return stat.Interval{Value: new.Value - old.Value, Lo: new.Lo - old.Hi, Hi: new.Hi - old.Lo}
	}
	if new.Value < 0 || old.Value < 0 {
		return stat.None
	}
	return stat.Interval{
		Value: stat.Ratio(new.Value, old.Value) - 1,
		Lo:    stat.Ratio(max(new.Lo, 0), max(old.Hi, 0)) - 1,
		Hi:    stat.Ratio(max(new.Hi, 0), max(old.Lo, 0)) - 1,
	}
}

// checkQuantile compares a quantile of two samples in ascending order. The interval combines those
// of both sides by order statistics, each at the level √0.95. It holds for any distribution and any
// n, and has no bounds if n is too small. The p-value of the median is that of the Mann–Whitney
// test, as in the table; of another quantile it is that of Fisher's exact test.
func checkQuantile(check *gate.Check, x, y []float64) {
	e := check.Expression
	new, okNew := orderInterval(x, e.Q)
	old, okOld := orderInterval(y, e.Q)
	check.OldValue, check.NewValue = old.Value, new.Value
	check.Change = change(e, new, old)
	if e.Q == 0.5 {
		check.P = stat.RankSum(y, x)
	} else {
		check.P = fisherAt(x, y, e.Q)
	}
	if !okNew || !okOld {
		check.Note = fmt.Sprintf("an interval of %s wants at least %d values on each side", e.Statistic(), enough(e.Q))
	}
}

// jointLevel is the level of both sides' intervals. Both contain their quantile with a probability
// of at least 95 %.
var jointLevel = math.Sqrt(stat.Confidence)

// orderInterval is a quantile with its interval by order statistics at jointLevel. ok reports
// whether it has both bounds.
func orderInterval(sorted []float64, q float64) (iv stat.Interval, ok bool) {
	ranks := moremath.QuantileCI(len(sorted), q, jointLevel)
	iv = stat.Interval{Value: stat.Quantile(sorted, q), Lo: math.Inf(-1), Hi: math.Inf(1)}
	if ranks.LoOrder >= 1 {
		iv.Lo = min(sorted[ranks.LoOrder-1], iv.Value)
	}
	if ranks.HiOrder <= len(sorted) {
		iv.Hi = max(sorted[ranks.HiOrder-1], iv.Value)
	}
	return iv, ranks.LoOrder >= 1 && ranks.HiOrder <= len(sorted)
}

// enough is the least number of values of which the interval of a quantile has both bounds.
func enough(q float64) int {
	// The larger of q and 1−q decides: qⁿ must be at most what lies outside on one side.
	n := 1
	for ; n < 1<<20; n++ {
		if ranks := moremath.QuantileCI(n, q, jointLevel); ranks.LoOrder >= 1 && ranks.HiOrder <= n {
			break
		}
	}
	return n
}

// fisherAt is the two-sided p-value of Fisher's exact test of the null hypothesis that the same
// share of both samples is above the q-th quantile of the two together. The samples are in ascending
// order.
func fisherAt(x, y []float64, q float64) float64 {
	pooled := append(append([]float64{}, x...), y...)
	sort.Float64s(pooled)
	limit := stat.Quantile(pooled, q)
	above := func(sorted []float64) int {
		return len(sorted) - sort.Search(len(sorted), func(i int) bool { return sorted[i] > limit })
	}
	n := above(x)
	table := moremath.HypergeometicDist{N: len(pooled), K: n + above(y), Draws: len(x)}
	observed := table.PMF(float64(n))
	from, to := table.Bounds()
	p := 0.0
	for k := from; k <= to; k++ {
		// A table that is as likely as the observed one may be off by rounding.
		if likely := table.PMF(k); likely <= observed*(1+1e-7) {
			p += likely
		}
	}
	return min(1, p)
}

// checkMean compares the means of two samples by Welch's t-test. The interval of the ratio is
// Fieller's (E. C. Fieller, "Some Problems in Interval Estimation", Journal of the Royal Statistical
// Society B 16, 1954).
func checkMean(check *gate.Check, x, y []float64) {
	check.OldValue, _ = stats.Mean(y) // the error is for no data only
	check.NewValue, _ = stats.Mean(x)
	value := check.NewValue - check.OldValue
	relative := check.Expression.Class == gate.Relative
	if relative {
		value = stat.Ratio(check.NewValue, check.OldValue) - 1
	}
	check.Change = stat.Interval{Value: value, Lo: math.Inf(-1), Hi: math.Inf(1)}
	if len(x) < 2 || len(y) < 2 {
		check.P = 1
		check.Note = "an interval of the mean wants at least 2 values on each side"
		return
	}
	if x[0] == x[len(x)-1] && y[0] == y[len(y)-1] {
		// No spread on either side: the t-test does not exist, but the ranks still tell.
		check.P, check.Change = stat.RankSum(y, x), stat.Point(value)
		return
	}
	test, err := moremath.TwoSampleWelchTTest(moremath.Sample{Xs: x}, moremath.Sample{Xs: y}, moremath.LocationDiffers)
	if err != nil {
		check.P, check.Note = 1, err.Error()
		return
	}
	check.P = test.P
	t := -moremath.InvCDF(moremath.TDist{V: test.DoF})((1 - stat.Confidence) / 2)
	varX, varY := moremath.Variance(x)/float64(len(x)), moremath.Variance(y)/float64(len(y))
	if !relative {
		half := t * math.Sqrt(varX+varY)
		check.Change.Lo, check.Change.Hi = value-half, value+half
		return
	}
	g := t * t * varY / (check.OldValue * check.OldValue)
	if !(g < 1) {
		check.Note = "the mean of the old side does not differ from 0"
		return
	}
	ratio := check.NewValue / check.OldValue
	half := t / math.Abs(check.OldValue) * math.Sqrt(varX*(1-g)+ratio*ratio*varY)
	check.Change.Lo, check.Change.Hi = (ratio-half)/(1-g)-1, (ratio+half)/(1-g)-1
}
