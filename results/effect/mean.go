package effect

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"tlslab/results/stat"
)

// spread holds the estimated variances of the means of both sides.
type spread struct {
	// ofDifference returns the variance of mean(x) − r · mean(y).
	ofDifference func(r float64) float64
	// variance is that of mean(y), covariance that of mean(x) and mean(y).
	variance, covariance float64
	freedom              float64 // the degrees of freedom of Student's t
	// certain says that the difference is the same in all pairs, or that both sides are constant.
	// Then pValue is the p-value of the mean, from n pairs or from n values of the smaller side.
	certain bool
	pValue  float64
	n       int
}

// pairedMean is the effect on the mean of columns of pairs. Each replicate adds (x − x̄)/nx − (y −
// ȳ)/ny to the deviation of the difference of the means, where a side that it did not reach adds
// nothing. If every replicate reached the metric on both sides, the interval and the p-value are
// those of Student's paired t-test.
func pairedMean(x, y *Column) Effect {
	nx, ny := float64(len(x.sorted)), float64(len(y.sorted))
	each := func(visit func(u, w float64)) {
		for i, v := range x.values {
			var u, w float64
			if v == v {
				u = (v - x.mean) / nx
			}
			if v := y.values[i]; v == v {
				w = (v - y.mean) / ny
			}
			visit(u, w)
		}
	}
	pairs, least, most := 0, math.Inf(1), math.Inf(-1)
	for i, v := range x.values {
		if w := y.values[i]; v == v && w == w {
			pairs++
			least, most = min(least, v-w), max(most, v-w)
		}
	}
	if pairs < 2 {
		return meanEffect(x, y, nil)
	}
	scale := float64(pairs) / float64(pairs-1)
	s := spread{freedom: float64(pairs - 1), n: pairs,
		ofDifference: func(r float64) float64 {
			sum := 0.0
			each(func(u, w float64) { sum += (u - r*w) * (u - r*w) })
			return sum * scale
		}}
	each(func(u, w float64) {
		s.variance += w * w * scale
		s.covariance += u * w * scale
	})
	if least == most && len(x.sorted) == pairs && len(y.sorted) == pairs {
		s.certain, s.pValue = true, 1
		if least != 0 {
			s.pValue = McNemar(pairs, 0)
		}
	}
	return meanEffect(x, y, &s)
}

// independentMean is the effect on the mean of independent columns, with Welch's t interval and
// test.
func independentMean(x, y *Column) Effect {
	if len(x.sorted) < 2 || len(y.sorted) < 2 {
		return meanEffect(x, y, nil)
	}
	ofMean := func(c *Column) (variance, share float64) {
		n := float64(len(c.sorted))
		if c.constant() {
			return 0, 0
		}
		for _, v := range c.sorted {
			variance += (v - c.mean) * (v - c.mean) / (n - 1) / n
		}
		return variance, variance * variance / (n - 1)
	}
	vx, sx := ofMean(x)
	vy, sy := ofMean(y)
	s := spread{ofDifference: func(r float64) float64 { return vx + r*r*vy }, variance: vy,
		freedom: (vx + vy) * (vx + vy) / (sx + sy), n: min(len(x.sorted), len(y.sorted))}
	if vx+vy == 0 {
		s.certain, s.pValue, s.freedom = true, 1, 1
		if x.sorted[0] != y.sorted[0] {
			s.pValue = Fisher(len(x.sorted), 0, 0, len(y.sorted))
		}
	}
	return meanEffect(x, y, &s)
}

// leastCertain is the least number of equal differences from which an interval is a single value.
// With fewer the interval has no bounds, as for the median: stat.LeastReplicates(0.5) is 6.
const leastCertain = 6

// meanEffect is the effect on the mean. Without a spread, or with too few equal differences, it has
// no interval and no test.
func meanEffect(x, y *Column, s *spread) Effect {
	e := Effect{Diff: unbounded(x.mean - y.mean), Ratio: stat.None, P: math.NaN(), PHolm: math.NaN()}
	ratios := !x.negative() && !y.negative()
	if ratios {
		e.Ratio = unbounded(stat.Ratio(x.mean, y.mean))
	}
	if s == nil || s.certain && s.n < leastCertain {
		return e
	}
	student := distuv.StudentsT{Sigma: 1, Nu: s.freedom}
	t := -student.Quantile((1 - stat.Confidence) / 2)
	if s.certain {
		// Pairs that differ by the same number keep their order, so the smallest values are a pair.
		e.P, e.Diff = s.pValue, stat.Point(x.sorted[0]-y.sorted[0])
	} else {
		sd := math.Sqrt(s.ofDifference(1))
		e.P = min(1, 2*student.CDF(-math.Abs(e.Diff.Value)/sd))
		e.Diff.Lo, e.Diff.Hi = e.Diff.Value-t*sd, e.Diff.Value+t*sd
	}
	if ratios {
		e.Ratio = fieller(x, y, s, t, e.Diff)
	}
	return e
}

// fieller is the ratio of the means with the interval of E. C. Fieller, "Some Problems in Interval
// Estimation", Journal of the Royal Statistical Society B 16 (1954). It has no bounds if the
// interval of the mean of y contains 0.
func fieller(x, y *Column, s *spread, t float64, diff stat.Interval) stat.Interval {
	switch {
	case x.constant() && y.constant():
		return stat.Point(stat.Ratio(x.mean, y.mean))
	case y.constant() && y.mean == 0: // the ratio is 1 if x is 0 too, else infinite
		ratio := stat.Point(math.Inf(1))
		if diff.Lo <= 0 {
			ratio.Lo = 1
		}
		return ratio
	}
	r := x.mean / y.mean
	g := t * t * s.variance / (y.mean * y.mean)
	if g >= 1 {
		return unbounded(r)
	}
	slope, rest := 0.0, 0.0
	if s.variance > 0 {
		slope = s.covariance / s.variance
		rest = g * s.ofDifference(slope)
	}
	middle := (r - g*slope) / (1 - g)
	half := t / y.mean / (1 - g) * math.Sqrt(max(0, s.ofDifference(r)-rest))
	return stat.Interval{Value: r, Lo: max(0, min(r, middle-half)), Hi: max(r, middle+half)}
}
