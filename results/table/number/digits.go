package number

import (
	"math"
	"strconv"
	"strings"
)

// Significant digits: of a value alone; of the width of an interval; and of a value with an interval, however wide or
// narrow it is.
const (
	lone    = 3
	ofWidth = 2
	atLeast = 3
	atMost  = 4
)

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

// plainDecimals is decimalsFor a value that has no interval. Whole numbers of the base unit (counts, bytes) stay whole.
func plainDecimals(v float64, s Scale) int {
	if s.Factor == 1 && v == math.Trunc(v) && math.Abs(v) < 1e6 {
		return 0
	}
	return max(0, decimalsFor(v, lone))
}
