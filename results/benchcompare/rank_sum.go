package benchcompare

import (
	"math"

	moremath "github.com/aclements/go-moremath/stats"
)

// rankSum returns the two-sided p-value of the Mann–Whitney U test. The null hypothesis is that two
// independent samples come from the same distribution. The p-value is exact for small samples; for
// larger ones it is the normal approximation with tie correction. It is 1 if all values are equal
// and NaN if a sample is empty.
func rankSum(a, b []float64) float64 {
	result, err := moremath.MannWhitneyUTest(a, b, moremath.LocationDiffers)
	switch err {
	case nil:
		return result.P
	case moremath.ErrSamplesEqual:
		return 1
	}
	return math.NaN()
}
