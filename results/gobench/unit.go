package gobench

import (
	"golang.org/x/perf/benchunit"

	"tlslab/results"
)

// unit is how a metric is spelled in the benchmark format.
type unit struct {
	name string
	// divisor takes the metric's own unit to the base unit that the name ends in. Dividing by a power of ten, rather
	// than multiplying by its inverse, leaves the decimal digits of an integer as they are.
	divisor float64
}

// suffixes are the spellings of our units. benchunit scales what ends in sec by powers of 1000, what has B by powers of
// 1024, and shows neither as the other.
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
	// A reader scales what has ns or MB in it. Doing so here spares it from ever meeting such a unit.
	factor, name := benchunit.Tidy(1, word(m.Name)+word(u.name))
	return unit{name, u.divisor / factor}
}
