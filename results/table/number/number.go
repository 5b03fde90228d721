package number

import (
	"math"
	"strconv"
	"strings"

	"tlslab/results/stat"
)

// Infinity and Absent are what is written for an unbounded and for a missing value.
const (
	Infinity = "∞"
	Absent   = "–"
)

// Digits limits: a value alone is written with three significant digits, a value with an interval with
// at most five, however narrow the interval is.
const (
	lone    = 3
	atMost  = 5
	ofWidth = 2
)

// Value writes a value alone, in the best multiple of its unit: "63.5 ms".
func Value(v float64, unit string) string {
	if !isFinite(v) {
		return special(v)
	}
	s := ScaleFor(unit, v)
	return fixed(v/s.Factor, plainDecimals(v/s.Factor, unit)) + s.suffix()
}

// In writes a value in the given scale without naming the unit, as a table column under a heading does.
func In(v float64, s Scale) string {
	if !isFinite(v) {
		return special(v)
	}
	return fixed(v/s.Factor, decimalsFor(v/s.Factor, lone))
}

// bounded reports whether the interval has at least one finite bound to fit digits to.
func bounded(iv stat.Interval) bool { return isFinite(iv.Lo) || isFinite(iv.Hi) }

// width returns the distance between the bounds; where one is infinite, twice the distance to the other.
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

// parts returns the texts of a value and of its bounds, if any, in one scale and with the digits the interval allows.
func parts(iv stat.Interval, unit string) (value, bounds string, s Scale) {
	s = ScaleFor(unit, iv.Value)
	d := decimals(iv, s, unit)
	value = fixed(iv.Value/s.Factor, d)
	if bounded(iv) {
		bounds = "[" + bound(iv.Lo, s, d) + ", " + bound(iv.Hi, s, d) + "]"
	}
	return value, bounds, s
}

// Estimate writes a value with its interval: "63.51 [63.21, 63.90] ms". Where value and bounds are one and
// the same (an exact metric, or every replicate equal) the interval says nothing and is left out.
func Estimate(iv stat.Interval, unit string) string {
	if !isFinite(iv.Value) {
		return special(iv.Value)
	}
	value, bounds, s := parts(iv, unit)
	if bounds == "" || (iv.Lo == iv.Value && iv.Hi == iv.Value) {
		return Value(iv.Value, unit)
	}
	return value + " " + bounds + s.suffix()
}

// Point writes the value of an interval without its bounds, with the digits they allow: "63.51 ms".
func Point(iv stat.Interval, unit string) string {
	if !isFinite(iv.Value) {
		return special(iv.Value)
	}
	if !bounded(iv) || iv.Lo == iv.Hi {
		return Value(iv.Value, unit)
	}
	value, _, s := parts(iv, unit)
	return value + s.suffix()
}

func decimals(iv stat.Interval, s Scale, unit string) int {
	w := width(iv) / s.Factor
	if !isFinite(w) || w <= 0 {
		return plainDecimals(iv.Value/s.Factor, unit)
	}
	return min(decimalsFor(w, ofWidth), decimalsFor(iv.Value/s.Factor, atMost))
}

func bound(v float64, s Scale, decimals int) string {
	if !isFinite(v) {
		return special(v)
	}
	return fixed(v/s.Factor, decimals)
}

// Ratio writes a ratio with its interval: "0.745× [0.731, 0.759]".
func Ratio(iv stat.Interval) string {
	if !isFinite(iv.Value) {
		return special(iv.Value)
	}
	d := max(2, min(3, decimals(iv, Scale{Factor: 1}, "1")))
	out := fixed(iv.Value, d) + "×"
	if bounded(iv) && (iv.Lo != iv.Value || iv.Hi != iv.Value) {
		out += " [" + bound(iv.Lo, Scale{Factor: 1}, d) + ", " + bound(iv.Hi, Scale{Factor: 1}, d) + "]"
	}
	return out
}

// Change writes how far a ratio is from one, as a signed percentage: "−25.5 %".
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

// Percent writes a fraction as a percentage with two significant digits, and whole above ten: "25 %", "2.5 %", "0.04 %".
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

// Probability writes a p-value: three decimals, and "<0.001" below what they can show.
func Probability(p float64) string {
	switch {
	case math.IsNaN(p):
		return Absent
	case p < 0.001:
		return "<0.001"
	}
	return fixed(p, 3)
}

// Count writes a whole number with its thousands set apart: "36,000".
func Count(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, s = "−", s[1:]
	}
	return sign + thousands(s)
}

// fixed writes v with the given decimals; a negative number of decimals rounds to tens, hundreds …
func fixed(v float64, decimals int) string {
	if decimals < 0 {
		p := math.Pow(10, float64(-decimals))
		v, decimals = math.Round(v/p)*p, 0
	}
	s := strconv.FormatFloat(math.Abs(v), 'f', decimals, 64)
	whole, fraction, _ := strings.Cut(s, ".")
	s = thousands(whole)
	if fraction != "" {
		s += "." + fraction
	}
	if v < 0 && strings.Trim(s, "0.,") != "" {
		s = "−" + s
	}
	return s
}

// thousands sets groups of three digits apart from five digits on, so that 1000 and 2048 stay as people write them.
func thousands(digits string) string {
	if len(digits) < 5 {
		return digits
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// decimalsFor returns how many decimals show v with the given significant digits; negative for large v.
func decimalsFor(v float64, significant int) int {
	if v == 0 || !isFinite(v) {
		return 0
	}
	d := significant - 1 - int(math.Floor(math.Log10(math.Abs(v))))
	// A value that rounds up to the next power of ten (9.996 to 10.00) needs one decimal less.
	if p := math.Pow(10, float64(d)); math.Round(math.Abs(v)*p) >= math.Pow(10, float64(significant)) {
		d--
	}
	return min(d, 6)
}

// plainDecimals is decimalsFor a value that has no interval: whole numbers of counts and bytes stay whole.
func plainDecimals(v float64, unit string) int {
	if _, countable := map[string]bool{"1": true, "": true, "B": true, "ns": true}[unit]; countable && v == math.Trunc(v) && math.Abs(v) < 1e6 {
		return 0
	}
	return max(0, decimalsFor(v, lone))
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

// Tick writes a value of a 1-2-5 axis: shortest form, thousands set apart.
func Tick(v float64) string {
	v, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 10, 64), 64)
	if err != nil || !isFinite(v) {
		return special(v)
	}
	_, fraction, _ := strings.Cut(strconv.FormatFloat(math.Abs(v), 'f', -1, 64), ".")
	return fixed(v, len(fraction))
}

// Times writes a ratio alone: "0.75×".
func Times(ratio float64) string {
	if !isFinite(ratio) {
		return special(ratio)
	}
	return fixed(ratio, max(0, min(3, decimalsFor(ratio, lone)))) + "×"
}

// TickIn is Tick with the unit that suits the value: "500 µs", "1.5 ms", "0".
func TickIn(v float64, unit string) string {
	if v == 0 {
		return "0"
	}
	s := ScaleFor(unit, v)
	return Tick(v/s.Factor) + s.suffix()
}
