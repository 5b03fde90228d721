package number

import (
	"math"
	"strconv"
	"strings"
)

// Numbers of significant digits.
const (
	lone    = 3 // of a value without an interval
	ofWidth = 2 // of the width of an interval
	atLeast = 3 // of a value with a wide interval
	atMost  = 4 // of a value with a narrow interval
)

// fixed writes v with this number of decimals. −1 rounds to tens, −2 to hundreds.
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

// thousands separates groups of three digits in numbers of five digits and more: 2048, but 20,480.
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

// decimalsFor returns the number of decimals that shows v with this number of significant digits,
// as for fixed.
func decimalsFor(v float64, significant int) int {
	if v == 0 || !isFinite(v) {
		return 0
	}
	d := significant - 1 - int(math.Floor(math.Log10(math.Abs(v))))
	// A value that rounds up to the next power of ten (9.996 to 10.00) needs one decimal less.
	p := math.Pow(10, float64(d))
	if math.Round(math.Abs(v)*p) >= math.Pow(10, float64(significant)) {
		d--
	}
	return min(d, 6)
}

// plainDecimals is decimalsFor a value without interval. Integers in the base unit (counts, bytes)
// have no decimals.
func plainDecimals(v float64, s Scale) int {
	if s.Factor == 1 && v == math.Trunc(v) && math.Abs(v) < 1e6 {
		return 0
	}
	return max(0, decimalsFor(v, lone))
}
