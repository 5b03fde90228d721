package number

import (
	"math"

	"tlslab/results/stat"
)

// bounded reports whether an interval has bounds, which may be infinite, that are not both the
// value itself.
func bounded(iv stat.Interval) bool {
	return !math.IsNaN(iv.Lo) && !math.IsNaN(iv.Hi) && (iv.Lo != iv.Value || iv.Hi != iv.Value)
}

// width returns the distance between the bounds. If one is infinite, it is twice the distance to
// the other.
func width(iv stat.Interval) float64 {
	switch {
	case isFinite(iv.Lo) && isFinite(iv.Hi):
		return iv.Hi - iv.Lo
	case isFinite(iv.Lo):
		return 2 * (iv.Value - iv.Lo)
	case isFinite(iv.Hi):
		return 2 * (iv.Hi - iv.Value)
	}
	return math.NaN()
}

// parts returns the texts of a value and of its bounds, if any, in the same scale and with the same
// decimals.
func parts(iv stat.Interval, unit string) (value, bounds string, s Scale) {
	s = ScaleFor(unit, iv.Value)
	d := decimals(iv, s)
	value = fixed(iv.Value/s.Factor, d)
	switch {
	case math.IsInf(iv.Lo, -1) && math.IsInf(iv.Hi, 1):
		bounds = tooFew
	case bounded(iv):
		bounds = "[" + bound(iv.Lo, s, d) + ", " + bound(iv.Hi, s, d) + "]"
	}
	return value, bounds, s
}

// TooFew is written in place of an interval without any bound: there are too few replicates.
const TooFew = "n too small"

const tooFew = "[" + TooFew + "]"

// Share writes a fraction of 1 with its interval as a percentage: "1.2 [0.7, 2.1] %".
func Share(iv stat.Interval) string {
	percent := stat.Interval{Value: 100 * iv.Value, Lo: 100 * iv.Lo, Hi: 100 * iv.Hi}
	return Estimate(percent, "%")
}

// Estimate writes a value with its interval: "63.51 [63.21, 63.90] ms". It leaves the interval out
// if both bounds equal the value, as they do for an exact metric. An interval without any bound
// is TooFew: "63.5 ms [n too small]". A bound that is far from the value has a unit of its own:
// "809 µs [809 µs, 1.00 s]".
func Estimate(iv stat.Interval, unit string) string {
	if !isFinite(iv.Value) {
		return special(iv.Value)
	}
	if bounded(iv) && far(iv, unit) {
		return Value(iv.Value, unit) + " [" + Value(iv.Lo, unit) + ", " + Value(iv.Hi, unit) + "]"
	}
	value, bounds, s := parts(iv, unit)
	switch bounds {
	case "":
		return Value(iv.Value, unit)
	case tooFew:
		return value + s.suffix() + " " + bounds
	}
	return value + " " + bounds + s.suffix()
}

// far reports whether a bound is in another unit and another order of magnitude than the value, as
// the upper bound of a quantile beside a mode of lost packets: in one unit both would be hard to
// read.
func far(iv stat.Interval, unit string) bool {
	const times = 100
	apart := func(small, large float64) bool {
		return isFinite(small) && isFinite(large) && small > 0 && large >= times*small &&
			ScaleFor(unit, small) != ScaleFor(unit, large)
	}
	return apart(iv.Value, iv.Hi) || apart(iv.Lo, iv.Value)
}

// Point writes the value of an interval without its bounds, with the digits of Estimate: "63.51
// ms".
func Point(iv stat.Interval, unit string) string {
	if !isFinite(iv.Value) {
		return special(iv.Value)
	}
	if !bounded(iv) {
		return Value(iv.Value, unit)
	}
	value, _, s := parts(iv, unit)
	return value + s.suffix()
}

// decimals returns the decimals that show ofWidth digits of the interval's width, and of the value
// from atLeast to atMost digits.
func decimals(iv stat.Interval, s Scale) int {
	w, v := width(iv)/s.Factor, iv.Value/s.Factor
	if !isFinite(w) || w <= 0 {
		return plainDecimals(v, s)
	}
	if v == 0 {
		return max(0, decimalsFor(w, ofWidth))
	}
	return min(max(decimalsFor(w, ofWidth), decimalsFor(v, atLeast)), decimalsFor(v, atMost))
}

func bound(v float64, s Scale, decimals int) string {
	if !isFinite(v) {
		return special(v)
	}
	return fixed(v/s.Factor, decimals)
}
