package gobench

import (
	"golang.org/x/perf/benchunit"

	"tlslab/results"
)

// unit is a metric's unit in the benchmark format.
type unit struct {
	name string
	// A value in the metric's unit divided by divisor is in the base unit at the end of the name. A
	// division by a power of ten keeps the decimal digits of an integer; a multiplication by the
	// inverse would not.
	divisor float64
}

// suffixes are the endings of the units. benchunit scales a unit that ends in sec by powers of
// 1000, and a unit with B by powers of 1024.
var suffixes = map[string]unit{
	results.UnitNanoseconds:    {"-sim-sec", 1e9},
	results.UnitBytes:          {"-B", 1},
	results.UnitBytesPerSecond: {"-B/s", 1},
	results.UnitCount:          {"", 1},
}

func unitOf(m results.Metric) unit {
	u, ok := suffixes[m.Unit]
	if !ok {
		u = unit{"-" + m.Unit, 1}
	}
	// benchfmt's reader scales units with ns or MB in their names. Tidy scales them here already.
	factor, name := benchunit.Tidy(1, word(m.Name)+word(u.name))
	return unit{name, u.divisor / factor}
}
