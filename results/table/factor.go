package table

import (
	"slices"
	"strings"

	"tlslab/results"
)

// FactorName is the name of a factor in tables and figures: its label, else the last word of its
// dotted name.
func FactorName(f *results.Factor) string {
	if f.Label != "" {
		return f.Label
	}
	return f.Name[strings.LastIndexByte(f.Name, '.')+1:]
}

// LevelTitle names a level together with its factor: "packet loss 1%". The level stands alone if
// its factor has neither a dotted name nor a label, because it varies several settings: "lan", not
// "where lan". But it never stands alone if it begins with a digit, or if another factor has a
// level of the same name.
func LevelTitle(h *results.Header, factor int, level string) string {
	f := &h.Factors[factor]
	alone := f.Label == "" && !strings.Contains(f.Name, ".") &&
		!strings.ContainsAny(level[:min(1, len(level))], "0123456789")
	for i := range h.Factors {
		alone = alone && (i == factor || !slices.Contains(h.Factors[i].Levels, level))
	}
	if alone && level != "" {
		return level
	}
	return FactorName(f) + " " + level
}

// PartName is the name of a metric among the parts of another metric: "rto" for "cause.rto".
func PartName(m *results.Metric) string {
	return m.Name[strings.IndexByte(m.Name, '.')+1:]
}
