package table

import (
	"slices"

	"tlslab/results"
	"tlslab/results/stat"
	"tlslab/results/summary"
	"tlslab/results/table/number"
)

// marginWithoutComparison is the gap between neighbouring modes, as a fraction of the lower one's
// largest value, below which they are one mode in a scenario that compares nothing.
const marginWithoutComparison = 0.02

// DistinctModes are the modes of a row without those that no reader would tell apart: neighbours
// whose gap is smaller than the margin of the comparison, or marginWithoutComparison, are one mode.
// It is nil if fewer than two modes with several replicates remain.
func DistinctModes(h *results.Header, r *summary.Row) []summary.Mode {
	margin := marginWithoutComparison
	if h.Compare != nil {
		margin = h.Compare.Margin
	}
	var out []summary.Mode
	for _, m := range r.Modes {
		if last := len(out) - 1; last >= 0 && m.Lo <= out[last].Hi*(1+margin) {
			joined := out[last].N + m.N
			out[last] = summary.Mode{Lo: out[last].Lo, Hi: m.Hi, N: joined, Share: stat.Proportion(joined, r.Reached)}
			continue
		}
		out = append(out, m)
	}
	// As in summary, a cluster of a few values is no evidence of a second mode.
	const least = 5
	if large := slices.DeleteFunc(slices.Clone(out), func(m summary.Mode) bool { return m.N < least }); len(large) < 2 {
		return nil
	}
	return out
}

// Modes is the table of the DistinctModes of a metric: a row for each mode of each cell that has
// several. It is nil if no cell has several.
func Modes(s *summary.Summary, metric int) *Table {
	m := &s.Header.Metrics[metric]
	k := newKeys(s)
	t := &Table{Title: "modes of " + m.Name}
	t.Columns = append(k.columns(), Column{Name: "mode", Right: true}, Column{Name: "from", Right: true},
		Column{Name: "to", Right: true}, Column{Name: "replicates", Right: true}, Column{Name: "share", Right: true})
	quantity := func(v float64) Cell {
		return Cell{Text: number.Value(v, m.Unit), Exact: number.Exact(stat.Point(v), m.Unit), Order: v}
	}
	for _, cell := range CellOrder(s) {
		modes := DistinctModes(s.Header, s.Row(cell, metric))
		if len(modes) < 2 {
			continue
		}
		for i, mode := range modes {
			t.Rows = append(t.Rows, append(k.cells(cell),
				Cell{Text: number.Count(i + 1), Order: float64(i + 1)}, quantity(mode.Lo), quantity(mode.Hi),
				Cell{Text: number.Count(mode.N), Order: float64(mode.N)},
				Cell{Text: number.Share(mode.Share), Exact: number.Exact(mode.Share, ""), Order: mode.Share.Value}))
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return t
}
