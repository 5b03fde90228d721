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

// LevelTitle names a level where its factor is not said beside it: "packet loss 1%". The levels of a factor that stands
// for several settings at once (no dotted name, no label) are names by themselves, "lan" and not "where lan", unless they are
// numbers or another factor has a level of the same name.
func LevelTitle(h *results.Header, factor int, level string) string {
	f := &h.Factors[factor]
	shown := Level(f, level)
	byItself := f.Shown == nil && f.Label == "" && !strings.Contains(f.Name, ".") && !strings.ContainsAny(shown[:min(1, len(shown))], "0123456789")
	for i := range h.Factors {
		byItself = byItself && (i == factor || !slices.Contains(h.Factors[i].Levels, level))
	}
	if byItself && shown != "" {
		return shown
	}
	return FactorName(f) + " " + shown
}

// PartName is what a metric is called among the other parts of the same metric: "rto" of "cause.rto".
func PartName(m *results.Metric) string {
	return m.Name[strings.IndexByte(m.Name, '.')+1:]
}
