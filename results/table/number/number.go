package number

import (
	"math"
	"strconv"
	"strings"

	"tlslab/results/stat"
)

// Infinity is written for an infinite value, Absent for NaN.
const (
	Infinity = "∞"
	Absent   = "–"
)

// Value writes a value without interval in the multiple of ScaleFor: "63.5 ms".
func Value(v float64, unit string) string {
	if !isFinite(v) {
		return special(v)
	}
	s := ScaleFor(unit, v)
	return fixed(v/s.Factor, plainDecimals(v/s.Factor, s)) + s.suffix()
}

// Ratio writes a ratio with its interval: "0.745× [0.731, 0.759]". A ratio near 0 has two digits:
// "0.00023× [0.00021, 0.930]".
func Ratio(iv stat.Interval) string {
	if !isFinite(iv.Value) {
		return special(iv.Value)
	}
	usual := max(2, min(3, decimals(iv, Scale{Factor: 1})))
	write := func(v float64) string {
		if !isFinite(v) {
			return special(v)
		}
		return fixed(v, ratioDecimals(v, usual))
	}
	out := write(iv.Value) + "×"
	switch {
	case math.IsInf(iv.Lo, -1) && math.IsInf(iv.Hi, 1):
		out += " " + tooFew
	case bounded(iv):
		out += " [" + write(iv.Lo) + ", " + write(iv.Hi) + "]"
	}
	return out
}

// ratioDecimals returns the usual number of decimals, or for a ratio that is near 0 as many as two
// digits need.
func ratioDecimals(ratio float64, usual int) int {
	if 0 < ratio && ratio < 0.01 {
		return decimalsFor(ratio, ofWidth)
	}
	return usual
}

// Change writes a ratio as a signed percentage of change: "−25 %" for 0.75.
func Change(ratio float64) string {
	if !isFinite(ratio) {
		return special(ratio)
	}
	text := Percent(math.Abs(ratio - 1))
	switch {
	case text == Percent(0):
		return text
	case ratio < 1:
		return "−" + text
	}
	return "+" + text
}

// Percent writes a fraction as a percentage, with two significant digits below 10 %: "25 %", "2.5
// %", "0.04 %".
func Percent(fraction float64) string {
	if !isFinite(fraction) {
		return special(fraction)
	}
	return percentDigits(100*fraction) + " %"
}

func percentDigits(percent float64) string {
	a := math.Abs(percent)
	switch {
	case a == 0 || a >= 9.95:
		return fixed(percent, 0)
	case a >= 0.995:
		return strings.TrimSuffix(fixed(percent, 1), ".0")
	case a >= 0.005:
		return strings.TrimSuffix(fixed(percent, 2), "0")
	}
	return "<0.01"
}

// Probability writes a p-value with three decimals, or "<0.001".
func Probability(p float64) string {
	switch {
	case math.IsNaN(p):
		return Absent
	case p < 0.001:
		return "<0.001"
	}
	return fixed(p, 3)
}

// Count writes an integer with separated thousands: "36,000".
func Count(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, s = "−", s[1:]
	}
	return sign + thousands(s)
}

// Tick writes the value of an axis' tick in its shortest form, with separated thousands.
func Tick(v float64) string {
	v, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 10, 64), 64)
	if err != nil || !isFinite(v) {
		return special(v)
	}
	_, fraction, _ := strings.Cut(strconv.FormatFloat(math.Abs(v), 'f', -1, 64), ".")
	return fixed(v, len(fraction))
}

// Times writes a ratio without interval: "0.75×".
func Times(ratio float64) string {
	if !isFinite(ratio) {
		return special(ratio)
	}
	return fixed(ratio, ratioDecimals(ratio, max(0, min(3, decimalsFor(ratio, lone))))) + "×"
}

// TickIn writes the value of a tick with its unit, in the multiple of ScaleFor: "500 µs", "1.5 ms",
// "0".
func TickIn(v float64, unit string) string {
	if v == 0 {
		return "0"
	}
	s := ScaleFor(unit, v)
	return Tick(v/s.Factor) + s.suffix()
}

func special(v float64) string {
	switch {
	case math.IsInf(v, 1):
		return Infinity
	case math.IsInf(v, -1):
		return "−" + Infinity
	}
	return Absent
}

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
