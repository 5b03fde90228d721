package table

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"tlslab/results"
	"tlslab/results/effect"
	"tlslab/results/stat"
	"tlslab/results/summary"
	"tlslab/results/table/number"
)

// HeadlineMetric returns the index of the metric that answers the scenario's question: the metric
// of the comparison, else the first metric of which lower or higher is better, else the first
// metric.
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

// Headline is the table of the HeadlineMetric. Each cell has a row with its replicates, its
// failures, quantiles with intervals, and the comparison with the baseline.
func Headline(s *summary.Summary) *Table { return Metric(s, HeadlineMetric(s.Header)) }

// Metric is the same table for any metric, by its index in the header.
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

// keyCells name a cell of the experiment by its levels.
func keyCells(s *summary.Summary, order []int, cell int) []Cell {
	var row []Cell
	for _, f := range order {
		factor, level := &s.Header.Factors[f], s.Cells[cell].Levels[f]
		row = append(row, Cell{Text: Level(factor, level),
			Order: float64(slices.Index(factor.Levels, level))})
	}
	return row
}

// quantityColumn is a column of numbers and how a row fills it.
type quantityColumn struct {
	Column
	cell func(r *summary.Row, better int) Cell
}

// quantityColumns are the columns behind those of the factors. A scenario that compares has three
// more.
func quantityColumns(s *summary.Summary) []quantityColumn {
	columns := []quantityColumn{
		{Column{Name: "n", Right: true, Once: true, Spare: 2},
			func(r *summary.Row, _ int) Cell { return Cell{Text: number.Count(r.N), Order: float64(r.N)} }},
		{Column{Name: "failed", Right: true, Once: true},
			func(r *summary.Row, _ int) Cell { return failed(r.Failed) }},
		{Column{Name: "p50 [95 % interval]", Right: true},
			func(r *summary.Row, _ int) Cell { return quantile(r, 0.50, r.P50, number.Estimate) }},
		{Column{Name: "p95", Right: true, Spare: 1},
			func(r *summary.Row, _ int) Cell { return quantile(r, 0.95, r.P95, number.Point) }},
		{Column{Name: "p99", Right: true, Spare: 4},
			func(r *summary.Row, _ int) Cell { return quantile(r, 0.99, r.P99, number.Point) }},
	}
	if s.Header.Compare == nil {
		return columns
	}
	return append(columns,
		quantityColumn{Column{Name: versus(s.Header), Right: true},
			func(r *summary.Row, better int) Cell { return compared(r, better, ratio) }},
		quantityColumn{Column{Name: "p (Holm)", Right: true, Spare: 5},
			func(r *summary.Row, better int) Cell { return compared(r, better, probability) }},
		quantityColumn{Column{Name: "verdict"},
			func(r *summary.Row, better int) Cell { return compared(r, better, verdict) }},
	)
}

// versus is the heading of the ratios. It names the baseline if that makes the column no wider.
func versus(h *results.Header) string {
	if name := Baseline(h); utf8.RuneCountInString(name) <= 12 {
		return "vs " + name
	}
	return "vs baseline"
}

func failed(n int) Cell {
	if n == 0 {
		return Cell{Text: "0", Tone: Quiet}
	}
	return Cell{Text: number.Count(n), Tone: Bad, Order: float64(n)}
}

// censoredMark stands behind a quantile that does not exist over all replicates: see
// summary.Row.Censored.
const censoredMark = "*"

func quantile(r *summary.Row, q float64, iv stat.Interval, write func(stat.Interval, string) string) Cell {
	c := Cell{Text: write(iv, r.Unit), Exact: number.Exact(iv, r.Unit), Order: iv.Value}
	if r.Reached == 0 {
		c.Tone = Quiet
	} else if r.Censored(q) {
		c.Text += censoredMark
	}
	return c
}

// compared is a cell with one number or word of a comparison. A baseline has no comparison.
func compared(r *summary.Row, better int, write func(*effect.Effect) Cell) Cell {
	if r.VsBaseline == nil {
		return Cell{Text: number.Absent, Tone: Quiet, Order: math.NaN()}
	}
	p50 := r.VsBaseline.At(effect.P50)
	c := write(p50)
	c.Tone = ToneOf(p50, better)
	return c
}

func ratio(c *effect.Effect) Cell {
	return Cell{Text: number.Ratio(c.Ratio), Exact: number.Exact(c.Ratio, ""), Order: c.Ratio.Value}
}

func probability(c *effect.Effect) Cell {
	return Cell{Text: number.Probability(c.PHolm), Exact: number.Exact(stat.Point(c.PHolm), ""),
		Order: c.PHolm}
}

func verdict(c *effect.Effect) Cell { return Cell{Text: string(c.Verdict)} }

// ToneOf is Good for a difference for the better, Bad for one for the worse. better is
// Metric.Better.
func ToneOf(c *effect.Effect, better int) Tone {
	lower := c.Ratio.Value < 1
	switch {
	case c.Verdict == effect.Undecided:
		return Unsure
	case c.Verdict != effect.Different || better == 0:
		return Plain
	case lower == (better < 0):
		return Good
	}
	return Bad
}

// Baseline is the name of the level with which all others are compared.
func Baseline(h *results.Header) string {
	return Level(&h.Factors[h.Factor(h.Compare.Factor)], h.Compare.Baseline)
}

// BaselineTitle is Baseline for a sentence, with the name of the factor: see LevelTitle.
func BaselineTitle(h *results.Header) string {
	return LevelTitle(h, h.Factor(h.Compare.Factor), h.Compare.Baseline)
}

// FactorOrder is the order of the factors in a table: that of the header, with the compared factor
// at the end.
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

// CellOrder lists the cells so that compared cells stand together. It sorts by the factors of
// FactorOrder, and the levels of each factor by their order in the header, with the baseline first.
func CellOrder(s *summary.Summary) []int {
	h := s.Header
	rank := func(f int, level string) int {
		if h.Compare != nil && h.Factors[f].Name == h.Compare.Factor &&
			level == h.Compare.Baseline {
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

// notes explain the columns and marks.
func notes(s *summary.Summary, metric int) []string {
	var out []string
	m := &s.Header.Metrics[metric]
	if m.Label != "" && m.Label != m.Name {
		out = append(out, fmt.Sprintf("%s: %s.", m.Name, m.Label))
	}
	if s.Header.Compare != nil {
		out = append(out, fmt.Sprintf("%s: ratio to %s, all other factors being equal. "+
			"The verdict \"same\" means within %s.", versus(s.Header),
			BaselineTitle(s.Header), number.Percent(s.Header.Compare.Margin)))
	}
	for cell := range s.Cells {
		if p50 := s.Row(cell, metric).P50; p50.Lo == p50.Value && p50.Hi == p50.Value {
			out = append(out, "A p50 without an interval: both bounds equal the value, "+
				"because all or most replicates have this value.")
			break
		}
	}
	for cell := range s.Cells {
		if r := s.Row(cell, metric); r.Reached > 0 && r.Censored(0.99) {
			out = append(out, censoredMark+" Quantile of only the replicates that reached "+m.Name+
				". Over all replicates it is infinite, because too many did not reach it.")
			break
		}
	}
	return out
}
