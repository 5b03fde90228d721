package report

import (
	"slices"
	"strings"

	"tlslab/results"
	"tlslab/results/effect"
	"tlslab/results/summary"
	"tlslab/results/table"
	"tlslab/results/table/number"
)

// experiment is a summary with values that several sentences of the report need.
type experiment struct {
	*summary.Summary
	metric   int             // the headline metric
	m        *results.Metric // the same
	compared int             // the compared factor, or -1
	// varying are the factors, without the compared one, that have cells of several levels: they
	// name a combination.
	varying []int
	order   []int // the cells in the order of tables
	// combinationSets are those that were described, by their combinations.
	combinationSets map[string]*combinationSet
}

func newExperiment(s *summary.Summary) *experiment {
	e := &experiment{Summary: s, metric: table.HeadlineMetric(s.Header), compared: -1,
		order: table.CellOrder(s), combinationSets: map[string]*combinationSet{}}
	e.m = &s.Header.Metrics[e.metric]
	if s.Header.Compare != nil {
		e.compared = s.Header.Factor(s.Header.Compare.Factor)
	}
	for f := range s.Header.Factors {
		if f != e.compared && len(e.levels(f)) > 1 {
			e.varying = append(e.varying, f)
		}
	}
	return e
}

// levels are the levels of a factor that have cells, in the order of the header.
func (e *experiment) levels(factor int) []string {
	var run []string
	for _, l := range e.Header.Factors[factor].Levels {
		if slices.ContainsFunc(e.Cells, func(c summary.Cell) bool { return c.Levels[factor] == l }) {
			run = append(run, l)
		}
	}
	return run
}

// place names the combination of a cell, without the compared level: "rtt 50ms, packet loss 1%".
func (e *experiment) place(cell int) string {
	var words []string
	for _, f := range e.varying {
		words = append(words, table.LevelTitle(e.Header, f, e.Cells[cell].Levels[f]))
	}
	return strings.Join(words, ", ")
}

// name names a cell: the compared level and its place.
func (e *experiment) name(cell int) string {
	place := e.place(cell)
	if e.compared < 0 {
		return place
	}
	level := e.shown(e.compared, e.Cells[cell].Levels[e.compared])
	if place == "" {
		return level
	}
	return level + " at " + place
}

// across names the factors that vary among combinations: " of rtt and packet loss".
func (e *experiment) across() string {
	var names []string
	for _, f := range e.varying {
		names = append(names, table.FactorName(&e.Header.Factors[f]))
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return " (one for each " + names[0] + ")"
	}
	return " of " + table.List(names)
}

// shown is a level as tables show it. It is for lists, where the factor is named beside it.
func (e *experiment) shown(factor int, level string) string {
	return level
}

// baseline is the name of the level with which all others are compared.
func (e *experiment) baseline() string { return table.Baseline(e.Header) }

// described is a metric's name and, in brackets, its label: "ttlb (time to last byte)".
func described(m *results.Metric) string {
	if m.Label == "" || m.Label == m.Name {
		return m.Name
	}
	return m.Name + " (" + m.Label + ")"
}

// comparedCell is the comparison of a cell with another cell of the same combination.
type comparedCell struct {
	cell, against int
	*effect.Comparison
}

// cellEffect is the effect on one statistic of a cell.
type cellEffect struct {
	cell, against int
	*effect.Effect
}

// comparisons are those of a level with the baseline in a metric, in the order of the cells in
// tables.
func (e *experiment) comparisons(level string, metric int) []comparedCell {
	var out []comparedCell
	for _, i := range e.order {
		if e.Cells[i].Levels[e.compared] != level {
			continue
		}
		if c := e.Row(i, metric).VsBaseline; c != nil {
			out = append(out, comparedCell{i, e.Cells[i].Baseline, c})
		}
	}
	return out
}

// at are the effects on one statistic.
func at(comparisons []comparedCell, s effect.Statistic) []cellEffect {
	var out []cellEffect
	for _, c := range comparisons {
		out = append(out, cellEffect{c.cell, c.against, c.At(s)})
	}
	return out
}

// plural is a number of things: "1 cell", "36 cells".
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return number.Count(n) + " " + thing + "s"
}

// all names a complete set: "the only cell", "both cells", "all 36 cells".
func all(n int, thing string) string {
	switch n {
	case 1:
		return "the only " + thing
	case 2:
		return "both " + thing + "s"
	}
	return "all " + plural(n, thing)
}

// each names the members of a set one by one: "the only cell", "each of 36 cells".
func each(n int, thing string) string {
	if n == 1 {
		return "the only " + thing
	}
	return "each of " + plural(n, thing)
}

// portion is a part of a set of things: "3 of 36 cells", "all 36 cells".
func portion(n, of int, thing string) string {
	if n == of {
		return all(n, thing)
	}
	return number.Count(n) + " of " + plural(of, thing)
}
