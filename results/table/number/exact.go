package number

import (
	"math"
	"strconv"

	"tlslab/results/stat"
)

// Exact writes a value and the bounds of its interval in the base unit, with all their digits:
// "63512345 [63210000, 63900000] ns". It is empty for NaN.
func Exact(iv stat.Interval, unit string) string {
	if math.IsNaN(iv.Value) {
		return ""
	}
	text := exactly(iv.Value)
	if bounded(iv) {
		text += " [" + exactly(iv.Lo) + ", " + exactly(iv.Hi) + "]"
	}
	if unit != "" && unit != "1" {
		text += " " + unit
	}
	return text
}

// exactly writes the shortest decimal number that is v after parsing, with an exponent only for
// values near 0, such as p-values.
func exactly(v float64) string {
	switch {
	case math.IsInf(v, 0):
		return special(v)
	case v != 0 && math.Abs(v) < 1e-6:
		return strconv.FormatFloat(v, 'e', -1, 64)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}
