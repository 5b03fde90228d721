// Package number is how the lab writes numbers for people: in tables, on axes and in sentences.
//
// A value goes in with its base unit as results files carry it (ns, B, B/s, 1), together with the
// interval around it; text comes out:
//
//	63512345 ns, [63210000, 63900000]  ──►  scale (ms)  ──►  digits (2)  ──►  "63.51 [63.21, 63.90] ms"
//
// The scale is one prefix for a value and its interval, so that the three can be compared at a glance.
// The digits are fitted to the interval: two significant digits of its width and no more, because what
// lies beyond is noise. A bound that is infinite is written ∞ and what is absent is written –.
// Powers of ten are decimal throughout: kB is 1000 B.
package number

import "math"

// Scale is a base unit together with the multiple of it in which numbers are written.
type Scale struct {
	Factor float64 // base units in one written unit: 1e6 for ns written in ms
	Symbol string  // "ms"; empty for a bare count
}

// ladders holds for each base unit the multiples people use, smallest first.
var ladders = map[string][]Scale{
	"ns":  {{1, "ns"}, {1e3, "µs"}, {1e6, "ms"}, {1e9, "s"}},
	"B":   {{1, "B"}, {1e3, "kB"}, {1e6, "MB"}, {1e9, "GB"}, {1e12, "TB"}},
	"B/s": {{1, "B/s"}, {1e3, "kB/s"}, {1e6, "MB/s"}, {1e9, "GB/s"}, {1e12, "TB/s"}},
	"1":   {{1, ""}},
	"":    {{1, ""}},
}

// ScaleFor returns the largest multiple of the base unit that leaves magnitude at least 1, and for
// smaller magnitudes the smallest multiple there is. A unit without known multiples is written as it is.
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

// suffix returns the symbol with the space that separates it from a number.
func (s Scale) suffix() string {
	if s.Symbol == "" {
		return ""
	}
	return " " + s.Symbol
}
