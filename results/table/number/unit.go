// Package number writes numbers for people: in tables, on axes and in sentences.
//
// A value with its interval goes in, in the base unit of the results' files (ns, B, B/s, 1). Text
// comes out:
//
//	63512345 [63210000, 63900000] ns ─► scale (ms) ─► decimals (2) ─► "63.51 [63.21, 63.90] ms"
//
// A value and its bounds have the same scale, so that readers can compare them, unless a bound is
// at least 100 times as large as the value, or the value as a bound. The decimals show two
// significant digits of the interval's width, because further digits are noise. An infinite bound
// is written ∞, a missing number –. Prefixes are decimal: kB is 1000 B.
package number

import "math"

// Scale is the multiple of a base unit in which numbers are written.
type Scale struct {
	Factor float64 // base units in one written unit: 1e6 for ns written in ms
	Symbol string  // "ms"; empty for a bare count
}

// ladders holds the usual multiples of each base unit, smallest first.
var ladders = map[string][]Scale{
	"ns":  {{1, "ns"}, {1e3, "µs"}, {1e6, "ms"}, {1e9, "s"}},
	"B":   {{1, "B"}, {1e3, "kB"}, {1e6, "MB"}, {1e9, "GB"}, {1e12, "TB"}},
	"B/s": {{1, "B/s"}, {1e3, "kB/s"}, {1e6, "MB/s"}, {1e9, "GB/s"}, {1e12, "TB/s"}},
	"1":   {{1, ""}},
	"":    {{1, ""}},
}

// ScaleFor returns the largest multiple of the base unit in which magnitude is at least 1, else the
// smallest multiple. An unknown unit has no other multiple.
func ScaleFor(unit string, magnitude float64) Scale {
	ladder, known := ladders[unit]
	if !known {
		return Scale{1, unit}
	}
	best := ladder[0]
	for _, s := range ladder {
		// The margin keeps 999.9996 µs from being rounded up to "1000 µs".
		if math.Abs(magnitude) >= s.Factor*0.9995 && !math.IsInf(magnitude, 0) {
			best = s
		}
	}
	return best
}

// suffix returns the symbol with a space before it, or nothing for a count.
func (s Scale) suffix() string {
	if s.Symbol == "" {
		return ""
	}
	return " " + s.Symbol
}

// IsUnit reports whether a word is the symbol behind a number that this package writes: "ms", "%".
func IsUnit(word string) bool {
	if word == "%" {
		return true
	}
	for _, ladder := range ladders {
		for _, s := range ladder {
			if s.Symbol != "" && s.Symbol == word {
				return true
			}
		}
	}
	return false
}
