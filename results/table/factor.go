package table

import (
	"slices"
	"strings"

	"tlslab/results"
)

// FactorName is what a factor is called in tables and plots: the name it is shown as, else its label, else the last
// word of its dotted name.
func FactorName(f *results.Factor) string {
	switch {
	case f.Shown != nil:
		return f.Shown.Name
	case f.Label != "":
		return f.Label
	}
	return f.Name[strings.LastIndexByte(f.Name, '.')+1:]
}

// Level is what a factor's level is called in tables and plots.
func Level(f *results.Factor, level string) string {
	if i := slices.Index(f.Levels, level); f.Shown != nil && i >= 0 {
		return f.Shown.Levels[i]
	}
	return level
}

// PartName is what a metric is called among the other parts of the same metric: "rto" of "cause.rto".
func PartName(m *results.Metric) string {
	return m.Name[strings.IndexByte(m.Name, '.')+1:]
}
