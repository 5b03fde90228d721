package stat

import (
	"math"

	moremath "github.com/aclements/go-moremath/stats"
)

// RankSum returns the two-sided p-value of the Mann–Whitney U test that two independent samples come from one
// distribution: exact for small samples, by the normal approximation with tie correction for larger ones. It is 1 where
// all values are equal, NaN where a sample is empty.
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

// MedianDifference returns median(cell) − median(baseline) of two independent samples in ascending order, MedianRatio
// the ratio of their medians. Their intervals combine one of each median at the level √0.95, so that both hold at once
// with at least 95 %; like those they assume no distribution, and they are wider than an approximate one would be.
func MedianDifference(cell, baseline []float64) Interval {
	c, b := jointMedians(cell, baseline)
	return Interval{c.Value - b.Value, c.Lo - b.Hi, c.Hi - b.Lo}
}

// MedianRatio is the counterpart of MedianDifference for values that are never negative; it is None of others.
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

// Ratio returns cell / baseline for values that are never negative: 1 where both are 0, since nothing differs, and +Inf
// where only the baseline is. It is NaN where one is negative.
func Ratio(cell, baseline float64) float64 {
	switch {
	case !(cell >= 0 && baseline >= 0):
		return math.NaN()
	case cell == baseline:
		return 1
	}
	return cell / baseline
}
