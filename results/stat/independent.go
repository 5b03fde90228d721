package stat

import (
	"math"

	moremath "github.com/aclements/go-moremath/stats"
)

// RankSum returns the two-sided p-value of the Mann–Whitney U test. The null hypothesis is that two
// independent samples come from the same distribution. The p-value is exact for small samples; for
// larger ones it is the normal approximation with tie correction. It is 1 if all values are equal
// and NaN if a sample is empty.
func RankSum(a, b []float64) float64 {
	result, err := moremath.MannWhitneyUTest(a, b, moremath.LocationDiffers)
	switch err {
	case nil:
		return result.P
	case moremath.ErrSamplesEqual:
		return 1
	}
	return math.NaN()
}

// MedianDifference returns median(cell) − median(baseline) of two independent samples in ascending
// order. The interval combines the interval of each median at the level √0.95, so that both contain
// their median with a probability of at least 95 %. It assumes no distribution and is wider than an
// approximate interval.
func MedianDifference(cell, baseline []float64) Interval {
	c, b := jointMedians(cell, baseline)
	return Interval{c.Value - b.Value, c.Lo - b.Hi, c.Hi - b.Lo}
}

// MedianRatio returns median(cell) / median(baseline) with an interval made like that of
// MedianDifference. It is None if a value is negative.
func MedianRatio(cell, baseline []float64) Interval {
	if len(cell) == 0 || len(baseline) == 0 || cell[0] < 0 || baseline[0] < 0 {
		return None
	}
	c, b := jointMedians(cell, baseline)
	return Interval{Ratio(c.Value, b.Value), Ratio(max(c.Lo, 0), b.Hi), Ratio(c.Hi, max(b.Lo, 0))}
}

func jointMedians(cell, baseline []float64) (c, b Interval) {
	level := math.Sqrt(Confidence)
	return quantileInterval(cell, 0.5, level), quantileInterval(baseline, 0.5, level)
}

// Ratio returns cell / baseline for values of at least 0. It is 1 if both are 0, +Inf if only the
// baseline is 0, and NaN if one is negative or NaN.
func Ratio(cell, baseline float64) float64 {
	switch {
	case !(cell >= 0 && baseline >= 0):
		return math.NaN()
	case cell == baseline:
		return 1
	}
	return cell / baseline
}
