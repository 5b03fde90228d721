package plot

import (
	"math"
	"strconv"
	"strings"
)

// dimension is what a quantity measures. Only quantities of the same dimension can be on an axis.
type dimension string

// units are the suffixes of levels: SI and binary multiples, and the rates of tc(8) in bit/s.
var units = map[string]struct {
	dim    dimension
	factor float64
}{
	"ns": {"time", 1}, "us": {"time", 1e3}, "µs": {"time", 1e3}, "ms": {"time", 1e6}, "s": {"time", 1e9}, "m": {"time", 60e9}, "h": {"time", 3600e9},
	"%": {"fraction", 0.01},
	"B": {"size", 1}, "kB": {"size", 1e3}, "MB": {"size", 1e6}, "GB": {"size", 1e9}, "KiB": {"size", 1 << 10}, "MiB": {"size", 1 << 20}, "GiB": {"size", 1 << 30},
	"bit": {"rate", 1}, "kbit": {"rate", 1e3}, "mbit": {"rate", 1e6}, "gbit": {"rate", 1e9},
}

// parseQuantity parses a level such as "25ms", "1%", "16KiB" or "4". A number without unit must be
// an integer: "1.2" and "1.3" are usually versions, and a line between versions has no meaning.
func parseQuantity(level string) (value float64, dim dimension, ok bool) {
	digits := strings.TrimRightFunc(level, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	suffix := strings.TrimSpace(level[len(digits):])
	v, err := strconv.ParseFloat(digits, 64)
	switch u, known := units[suffix]; {
	case err != nil || math.IsInf(v, 0) || math.IsNaN(v):
		return 0, "", false
	case known:
		return v * u.factor, u.dim, true
	case suffix == "" && v == math.Trunc(v):
		return v, "count", true
	}
	return 0, "", false
}

// quantities parses the levels of a factor. ok reports that all are quantities of the same
// dimension and differ.
func quantities(levels []string) (values []float64, ok bool) {
	var dim dimension
	seen := map[float64]bool{}
	for i, level := range levels {
		v, d, isQuantity := parseQuantity(level)
		if !isQuantity || (i > 0 && d != dim) || seen[v] {
			return nil, false
		}
		dim = d
		seen[v] = true
		values = append(values, v)
	}
	return values, len(values) > 0
}
