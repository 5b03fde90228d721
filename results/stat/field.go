package stat

import (
	"math"
	"strconv"
)

// Field writes a number, Rounded, as a field of a CSV file. The field is empty if the number does
// not exist (NaN). Infinite numbers are Inf and -Inf, which R and pandas read.
func Field(v float64) string {
	switch v = Rounded(v); {
	case math.IsNaN(v):
		return ""
	case math.IsInf(v, 1):
		return "Inf"
	case v != 0 && math.Abs(v) < 1e-6:
		return strconv.FormatFloat(v, 'e', -1, 64)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}
