package table

import (
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
	keys := newKeys(s)
	t := &Table{Title: s.Header.Metrics[metric].Name, Columns: keys.columns()}
	columns := quantityColumns(s)
	for _, c := range columns {
		t.Columns = append(t.Columns, c.Column)
	}
	better := s.Header.Metrics[metric].Better
	for _, cell := range CellOrder(s) {
		row := keys.cells(cell)
		for _, c := range columns {
			row = append(row, c.cell(s.Row(cell, metric), better))
		}
		t.Rows = append(t.Rows, row)
	}
	t.Notes = notes(s, metric)
	for _, of := range effect.Statistics {
		j := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Statistic == of.String() })
		t.Columns[j].Notes = statisticNotes(s, metric, of)
	}
	return t
}

// quantityColumn is a column of numbers and how a row fills it.
type quantityColumn struct {
	Column
	cell func(r *summary.Row, better int) Cell
}

// quantityColumns are the columns behind those of the factors: replicates, failures, and for each
// statistic its value and, if the scenario compares, its comparison with the baseline.
func quantityColumns(s *summary.Summary) []quantityColumn {
	columns := []quantityColumn{
		{Column{Name: "n", Right: true, Once: true, Spare: spareReplicates},
			func(r *summary.Row, _ int) Cell { return Cell{Text: number.Count(r.N), Order: float64(r.N)} }},
		{Column{Name: "failed", Right: true, Once: true},
			func(r *summary.Row, _ int) Cell { return failed(r) }},
	}
	for _, of := range effect.Statistics {
		columns = append(columns, statisticColumns(s.Header, of)...)
	}
	return columns
}

// The columns that a narrow table leaves out first have the largest Spare. p50 and p95 are never
// left out.
const (
	spareReplicates = iota + 1
	spareP99
	spareMean
)

var spareStatistics = map[effect.Statistic]int{effect.P99: spareP99, effect.Mean: spareMean}

// statisticColumns are the columns of one statistic.
func statisticColumns(h *results.Header, of effect.Statistic) []quantityColumn {
	name, spare := of.String(), spareStatistics[of]
	columns := []quantityColumn{
		{Column{Name: name + " " + interval, Right: true, Spare: spare, Under: "value " + interval},
			func(r *summary.Row, _ int) Cell { return estimate(r, of) }},
	}
	if h.Compare != nil {
		vs := versus(h)
		columns = append(columns,
			quantityColumn{Column{Name: name + " " + vs, Right: true, Spare: spare, Under: vs},
				func(r *summary.Row, better int) Cell {
					if isBaseline(h, r) {
						return Cell{Text: "baseline", Tone: Quiet, Order: 1}
					}
					return compared(h, r, of, better, ratio)
				}},
			quantityColumn{Column{Name: name + " verdict", Spare: spare, Under: "verdict"},
				func(r *summary.Row, better int) Cell { return compared(h, r, of, better, verdict) }},
		)
	}
	for i := range columns {
		columns[i].Statistic = name
	}
	return columns
}

// interval stands behind the name of a value in a heading.
const interval = "[95 % interval]"

// versus is the heading of the ratios. It names the baseline if that makes the column no wider.
func versus(h *results.Header) string {
	if name := Baseline(h); utf8.RuneCountInString(name) <= 12 {
		return "vs " + name
	}
	return "vs baseline"
}

// failed is the share of failed replicates with its interval, or 0.
func failed(r *summary.Row) Cell {
	if r.Failed == 0 {
		return Cell{Text: "0", Tone: Quiet}
	}
	return Cell{Text: number.Share(r.FailedShare), Tone: Bad, Order: r.FailedShare.Value,
		Exact: number.Count(r.Failed) + " of " + number.Count(r.N)}
}

// censoredMark stands behind a quantile that does not exist over all replicates: see
// summary.Row.Censored.
const censoredMark = "*"

// statistic is the estimate of a statistic, and whether failed replicates make it infinite.
func statistic(r *summary.Row, of effect.Statistic) (iv stat.Interval, censored bool) {
	switch of {
	case effect.P50:
		return r.P50, r.Censored(0.50)
	case effect.P95:
		return r.P95, r.Censored(0.95)
	case effect.P99:
		return r.P99, r.Censored(0.99)
	}
	return r.Mean, r.Reached < r.N
}

// estimate is a statistic with its interval.
func estimate(r *summary.Row, of effect.Statistic) Cell {
	iv, censored := statistic(r, of)
	c := Cell{Text: number.Estimate(iv, r.Unit), Exact: number.Exact(iv, r.Unit), Order: iv.Value}
	if r.Reached == 0 {
		c.Tone = Quiet
	} else if censored {
		c.Text += censoredMark
	}
	return c
}

// compared is a cell with one number or word of a comparison: empty in the row of a baseline, a
// dash in that of a cell whose baseline has no replicate.
func compared(h *results.Header, r *summary.Row, of effect.Statistic, better int,
	write func(*effect.Effect) Cell) Cell {
	if isBaseline(h, r) {
		return Cell{Tone: Quiet, Order: math.NaN()}
	}
	if r.VsBaseline == nil {
		return Cell{Text: number.Absent, Tone: Quiet, Order: math.NaN()}
	}
	e := r.VsBaseline.At(of)
	c := write(e)
	c.Tone = ToneOf(e, better)
	return c
}

// isBaseline reports whether the row is one that others are compared with.
func isBaseline(h *results.Header, r *summary.Row) bool {
	return h.Compare != nil && r.Cell[h.Factor(h.Compare.Factor)] == h.Compare.Baseline
}

func ratio(c *effect.Effect) Cell {
	return Cell{Text: number.Ratio(c.Ratio), Exact: number.Exact(c.Ratio, ""), Order: c.Ratio.Value}
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
	return h.Compare.Baseline
}

// BaselineTitle is Baseline for a sentence, with the name of the factor: see LevelTitle.
func BaselineTitle(h *results.Header) string {
	return LevelTitle(h, h.Factor(h.Compare.Factor), h.Compare.Baseline)
}

// notes explain the table.
func notes(s *summary.Summary, metric int) []string {
	var out []string
	m := &s.Header.Metrics[metric]
	if m.Label != "" && m.Label != m.Name {
		out = append(out, fmt.Sprintf("%s: %s.", m.Name, m.Label))
	}
	if s.Header.Compare != nil {
		out = append(out, fmt.Sprintf("%s: ratio of a statistic to that of %s, all other factors being equal. "+
			"The verdict \"same\" means within %s.", versus(s.Header),
			BaselineTitle(s.Header), number.Percent(s.Header.Compare.Margin)))
	}
	if slices.ContainsFunc(s.Cells, func(c summary.Cell) bool { return c.Failed > 0 }) {
		out = append(out, "failed: share of replicates that failed, in %, with its 95 % interval.")
	}
	return out
}

// statisticNotes explain the marks in the column of a statistic.
func statisticNotes(s *summary.Summary, metric int, of effect.Statistic) []string {
	var degenerate, thin, censored bool
	for cell := range s.Cells {
		r := s.Row(cell, metric)
		iv, infinite := statistic(r, of)
		degenerate = degenerate || iv.Lo == iv.Value && iv.Hi == iv.Value
		thin = thin || math.IsInf(iv.Lo, -1) || math.IsInf(iv.Hi, 1)
		censored = censored || infinite && r.Reached > 0
	}
	var out []string
	if degenerate {
		out = append(out, "A value without an interval: both bounds equal the value, "+
			"because all or most replicates have this value.")
	}
	if thin {
		out = append(out, fmt.Sprintf("∞ or \"%s\" at %s: both bounds of its interval need %s replicates.",
			number.TooFew, of, number.Count(stat.LeastReplicates(probabilities[of]))))
	}
	if censored {
		out = append(out, censoredMark+" Over only the replicates that reached "+s.Header.Metrics[metric].Name+
			". Over all replicates it is infinite, because too many did not reach it.")
	}
	return out
}

// probabilities are those of the quantiles. The mean needs as many replicates as the median.
var probabilities = [...]float64{effect.P50: 0.50, effect.P95: 0.95, effect.P99: 0.99, effect.Mean: 0.50}
