package effect

import (
	"math"

	"tlslab/results/stat"
)

// tail is the number of resamples beyond each bound of an interval, the bound included: 26.
const tail = (Draws + 1) / 40

// percentiles keeps the values at both ends of the distribution of a number over all resamples.
type percentiles struct {
	low, high [tail]float64 // the smallest in rising order, the largest in falling order
	n         int           // how many values were added
}

// add adds a value. NaN does not count.
func (e *percentiles) add(v float64) {
	if v != v {
		return
	}
	if e.n < tail || v < e.low[tail-1] {
		i := min(e.n, tail-1)
		for ; i > 0 && e.low[i-1] > v; i-- {
			e.low[i] = e.low[i-1]
		}
		e.low[i] = v
	}
	if e.n < tail || v > e.high[tail-1] {
		i := min(e.n, tail-1)
		for ; i > 0 && e.high[i-1] < v; i-- {
			e.high[i] = e.high[i-1]
		}
		e.high[i] = v
	}
	e.n++
}

// interval is an estimate with its percentile interval (Efron and Tibshirani, An Introduction to
// the Bootstrap, 1993, §13.3).
func (e *percentiles) interval(estimate float64) stat.Interval {
	if e.n < Draws {
		return stat.Interval{Value: estimate, Lo: math.Inf(-1), Hi: math.Inf(1)}
	}
	return stat.Interval{Value: estimate, Lo: min(e.low[tail-1], estimate),
		Hi: max(e.high[tail-1], estimate)}
}

// resampled is the effect on the p-th quantile: the difference and the ratio of the quantiles of x
// and y, with intervals from the quantiles of both in each resample.
func resampled(x, y *Column, p float64, drawnX, drawnY *drawn) Effect {
	e := estimated(x, y, p)
	lo, hi := bounded(x, y, p)
	if !lo && !hi {
		return e
	}
	if drawnX.constant && drawnY.constant {
		e.Diff, e.Ratio = clip(stat.Point(e.Diff.Value), lo, hi), clip(stat.Point(e.Ratio.Value), lo, hi)
		return e
	}
	var diff, ratio percentiles
	for i := range Draws {
		diff.add(drawnX.at(i) - drawnY.at(i))
	}
	e.Diff = clip(diff.interval(e.Diff.Value), lo, hi)
	if x.negative() || y.negative() {
		return e
	}
	for i := range Draws {
		ratio.add(stat.Ratio(drawnX.at(i), drawnY.at(i)))
	}
	e.Ratio = clip(ratio.interval(e.Ratio.Value), lo, hi)
	return e
}

// estimated is the effect on the p-th quantile without intervals and test.
func estimated(x, y *Column, p float64) Effect {
	a, b := stat.Quantile(x.sorted, p), stat.Quantile(y.sorted, p)
	e := Effect{Diff: unbounded(a - b), Ratio: stat.None, P: math.NaN(), PHolm: math.NaN()}
	if !x.negative() && !y.negative() {
		e.Ratio = unbounded(stat.Ratio(a, b))
	}
	return e
}

// bounded reports whether the data bound an effect on the p-th quantile from below and from above.
// The upper bound needs an upper bound of the quantile of x and a lower bound of that of y, by
// order statistics. A resample cannot have a value beyond the extremes of the data. So with too few
// values beyond a quantile the bootstrap gives bounds that are much too narrow.
func bounded(x, y *Column, p float64) (lo, hi bool) {
	a, b := stat.QuantileInterval(x.sorted, p), stat.QuantileInterval(y.sorted, p)
	finite := func(v float64) bool { return !math.IsInf(v, 0) && !math.IsNaN(v) }
	return finite(a.Lo) && finite(b.Hi), finite(a.Hi) && finite(b.Lo)
}

// clip removes the bounds that the data do not give.
func clip(i stat.Interval, lo, hi bool) stat.Interval {
	if !lo && !math.IsNaN(i.Value) {
		i.Lo = math.Inf(-1)
	}
	if !hi && !math.IsNaN(i.Value) {
		i.Hi = math.Inf(1)
	}
	return i
}

// unbounded is an estimate whose interval has no bound.
func unbounded(v float64) stat.Interval {
	if math.IsNaN(v) {
		return stat.None
	}
	return stat.Interval{Value: v, Lo: math.Inf(-1), Hi: math.Inf(1)}
}
