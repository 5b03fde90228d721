package table

import (
	"slices"
	"strings"

	"tlslab/results"
)

// FactorName is the name of a factor in tables and figures: the name of Factor.Shown, else its
// label, else the last word of its dotted name.
func FactorName(f *results.Factor) string {
	switch {
	case f.Shown != nil:
		return f.Shown.Name
	case f.Label != "":
		return f.Label
	}
	return f.Name[strings.LastIndexByte(f.Name, '.')+1:]
}

// Level is the name of a factor's level in tables and figures.
func Level(f *results.Factor, level string) string {
	if i := slices.Index(f.Levels, level); f.Shown != nil && i >= 0 {
		return f.Shown.Levels[i]
	}
	return level
}

// LevelTitle names a level together with its factor: "packet loss 1%". The level stands alone if
// its factor has neither a dotted name nor a label, because it varies several settings: "lan", not
// "where lan". But it never stands alone if it begins with a digit, or if another factor has a
// level of the same name.
func LevelTitle(h *results.Header, factor int, level string) string {
	f := &h.Factors[factor]
	shown := Level(f, level)
	alone := f.Shown == nil && f.Label == "" && !strings.Contains(f.Name, ".") &&
		!strings.ContainsAny(shown[:min(1, len(shown))], "0123456789")
	for i := range h.Factors {
		alone = alone && (i == factor || !slices.Contains(h.Factors[i].Levels, level))
	}
	if alone && shown != "" {
		return shown
	}
	return FactorName(f) + " " + shown
}

// PartName is the name of a metric among the parts of another metric: "rto" for "cause.rto".
func PartName(m *results.Metric) string {
	return m.Name[strings.IndexByte(m.Name, '.')+1:]
}
