package table

import (
	"cmp"
	"fmt"
	"slices"
	"unicode/utf8"

	"tlslab/results"
	"tlslab/results/stat"
	"tlslab/results/summary"
	"tlslab/results/table/number"
)

// HeadlineMetric returns the index of the metric that answers the scenario's question: the one the comparison names,
// else the first for which lower or higher is better, else the first.
func HeadlineMetric(h *results.Header) int {
	if h.Compare != nil {
		if m := h.Metric(h.Compare.Metric); m >= 0 {
			return m
		}
	}
	for i, m := range h.Metrics {
		if m.Better != 0 && m.PartOf == "" {
			return i
		}
	}
	return 0
}

// Headline is the table of the metric that answers the scenario's question: a row for each cell, with replicates,
// failures, quantiles with intervals and the comparison with the baseline.
func Headline(s *summary.Summary) *Table { return Metric(s, HeadlineMetric(s.Header)) }

// Metric is the same table of any metric, by its index in the header.
func Metric(s *summary.Summary, metric int) *Table {
	t := &Table{Title: s.Header.Metrics[metric].Name}
	order := FactorOrder(s.Header)
	for _, f := range order {
		t.Columns = append(t.Columns, Column{Name: FactorName(&s.Header.Factors[f]), Key: true})
	}
	columns := quantityColumns(s)
	for _, c := range columns {
		t.Columns = append(t.Columns, c.Column)
	}
	better := s.Header.Metrics[metric].Better
	for _, cell := range CellOrder(s) {
		row := keyCells(s, order, cell)
		for _, c := range columns {
			row = append(row, c.cell(s.Row(cell, metric), better))
		}
		t.Rows = append(t.Rows, row)
	}
	t.Notes = notes(s, metric)
	return t
}

// keyCells name a cell by its levels, in readers' terms.
func keyCells(s *summary.Summary, order []int, cell int) []Cell {
	var row []Cell
	for _, f := range order {
		row = append(row, Cell{Text: Level(&s.Header.Factors[f], s.Cells[cell].Levels[f])})
	}
	return row
}

// quantityColumn is a column of numbers and how a row fills it.
type quantityColumn struct {
	Column
	cell func(r *summary.Row, better int) Cell
}

// quantityColumns are the columns after those of the factors. Those of the comparison are there where one is made.
func quantityColumns(s *summary.Summary) []quantityColumn {
	columns := []quantityColumn{
		{Column{Name: "n", Right: true, Once: true, Spare: 2}, func(r *summary.Row, _ int) Cell { return Cell{Text: number.Count(r.N)} }},
		{Column{Name: "failed", Right: true, Once: true}, func(r *summary.Row, _ int) Cell { return failed(r.Failed) }},
		{Column{Name: "p50 [95 % interval]", Right: true}, func(r *summary.Row, _ int) Cell { return quantile(r, 0.50, r.P50, number.Estimate) }},
		{Column{Name: "p95", Right: true, Spare: 1}, func(r *summary.Row, _ int) Cell { return quantile(r, 0.95, r.P95, number.Point) }},
		{Column{Name: "p99", Right: true, Spare: 4}, func(r *summary.Row, _ int) Cell { return quantile(r, 0.99, r.P99, number.Point) }},
	}
	if s.Header.Compare == nil {
		return columns
	}
	return append(columns,
		quantityColumn{Column{Name: versus(s.Header), Right: true}, func(r *summary.Row, better int) Cell { return compared(r, better, ratio) }},
		quantityColumn{Column{Name: "p (Holm)", Right: true, Spare: 5}, func(r *summary.Row, better int) Cell { return compared(r, better, probability) }},
		quantityColumn{Column{Name: "verdict"}, func(r *summary.Row, better int) Cell { return compared(r, better, verdict) }},
	)
}

// versus heads the column of ratios: with the baseline's name, where that is no longer than what stands below it.
func versus(h *results.Header) string {
	if name := Baseline(h); utf8.RuneCountInString(name) <= 12 {
		return "vs " + name
	}
	return "vs baseline"
}

func failed(n int) Cell {
	if n == 0 {
		return Cell{"0", Quiet}
	}
	return Cell{number.Count(n), Bad}
}

// beyond marks a quantile that more replicates missed than lie above it.
const beyond = "*"

func quantile(r *summary.Row, q float64, iv stat.Interval, write func(stat.Interval, string) string) Cell {
	c := Cell{Text: write(iv, r.Unit)}
	if r.Reached == 0 {
		c.Tone = Quiet
	} else if r.Censored(q) {
		c.Text += beyond
	}
	return c
}

// compared writes one side of a comparison; a baseline has none.
func compared(r *summary.Row, better int, write func(*summary.Comparison) string) Cell {
	c := r.VsBaseline
	if c == nil {
		return Cell{number.Absent, Quiet}
	}
	return Cell{write(c), ToneOf(c, better)}
}

func ratio(c *summary.Comparison) string       { return number.Ratio(c.Ratio) }
func probability(c *summary.Comparison) string { return number.Probability(c.PHolm) }
func verdict(c *summary.Comparison) string     { return string(c.Verdict) }

// ToneOf tells a difference for the better from one for the worse.
func ToneOf(c *summary.Comparison, better int) Tone {
	lower := c.Ratio.Value < 1
	switch {
	case c.Verdict == summary.Undecided:
		return Unsure
	case c.Verdict != summary.Different || better == 0:
		return Plain
	case lower == (better < 0):
		return Good
	}
	return Bad
}

// Baseline is the level all others are compared with, in readers' terms.
func Baseline(h *results.Header) string {
	return Level(&h.Factors[h.Factor(h.Compare.Factor)], h.Compare.Baseline)
}

// FactorOrder is the order of a table's columns: as in the header, but the compared factor last, next to the numbers.
func FactorOrder(h *results.Header) []int {
	var order []int
	compared := -1
	for i, f := range h.Factors {
		if h.Compare != nil && f.Name == h.Compare.Factor {
			compared = i
			continue
		}
		order = append(order, i)
	}
	if compared >= 0 {
		order = append(order, compared)
	}
	return order
}

// CellOrder lists the cells so that those that are compared stand together: by the levels of FactorOrder, each in the
// order of the header, but a baseline before what is compared with it.
func CellOrder(s *summary.Summary) []int {
	h := s.Header
	rank := func(f int, level string) int {
		if h.Compare != nil && h.Factors[f].Name == h.Compare.Factor && level == h.Compare.Baseline {
			return -1
		}
		return slices.Index(h.Factors[f].Levels, level)
	}
	factors := FactorOrder(h)
	order := make([]int, len(s.Cells))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		for _, f := range factors {
			if c := cmp.Compare(rank(f, s.Cells[a].Levels[f]), rank(f, s.Cells[b].Levels[f])); c != 0 {
				return c
			}
		}
		return 0
	})
	return order
}

// notes explain what the columns do not say themselves.
func notes(s *summary.Summary, metric int) []string {
	var out []string
	m := &s.Header.Metrics[metric]
	if m.Label != "" && m.Label != m.Name {
		out = append(out, fmt.Sprintf("%s: %s.", m.Name, m.Label))
	}
	if s.Header.Compare != nil {
		out = append(out, fmt.Sprintf("%s: median of the ratio to %s with the other factors alike; same: within %s.",
			versus(s.Header), Baseline(s.Header), number.Percent(s.Header.Compare.Margin)))
	}
	for cell := range s.Cells {
		if p50 := s.Row(cell, metric).P50; p50.Lo == p50.Value && p50.Hi == p50.Value {
			out = append(out, "p50 without an interval: both its bounds are the value itself, as where nothing is random or most replicates are alike.")
			break
		}
	}
	for cell := range s.Cells {
		if r := s.Row(cell, metric); r.Reached > 0 && r.Censored(0.99) {
			out = append(out, beyond+" Of those that reached "+m.Name+"; so many did not that over all replicates this quantile has no value.")
			break
		}
	}
	return out
}
