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

// Ratio returns cell / baseline for values of at least 0. It is 1 if both are equal, 0 and 0
// included, +Inf if only the baseline is 0, and NaN if one is negative or NaN.
func Ratio(cell, baseline float64) float64 {
	switch {
	case !(cell >= 0 && baseline >= 0):
		return math.NaN()
	case cell == baseline:
		return 1
	}
	return cell / baseline
}
