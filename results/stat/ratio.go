package stat

import "math"

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
