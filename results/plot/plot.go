// Package plot draws an experiment's figures.
//
//	summary.Summary ─► New ─► Set ◄─ Add, for each cell: its sorted values, thinned at once
//	                           │
//	                        Figures ─► Figure ─► WriteSVG, WritePNG, Inline
//
// Each figure is small multiples: the compared factor's levels are colours, dashes and glyphs; one factor is on the x
// axis; the others span rows and columns of panels that share their axes (see layout.go). There are four kinds:
//
//	quantiles     the headline metric's median and p95, with 95 % intervals, against a factor
//	ratio         a heatmap of its ratio to the baseline over two factors
//	parts         what a metric is made of, as shares of its mean, for metrics that have parts
//	distribution  the headline metric's ECDF on a logarithmic tail axis, where 90, 99 and 99.9 % lie equally far apart
//
// A figure that the data cannot fill is left out and the reason returned. The same input gives the same bytes.
package plot

import (
	"slices"

	"tlslab/results/summary"
	"tlslab/results/table"
)

// Set collects what the figures of an experiment need: the summary, and a thinned distribution of each cell.
type Set struct {
	summary *summary.Summary
	metric  int
	curves  map[int]curve // by the cell's index in the summary
}

// New returns a set without distributions.
func New(s *summary.Summary) *Set {
	return &Set{summary: s, metric: table.HeadlineMetric(s.Header), curves: map[int]curve{}}
}

// Metric returns the index, in the header, of the metric whose values Add wants.
func (set *Set) Metric() int { return set.metric }

// Add hands over the headline metric's values of Summary.Cells[cell], sorted and without NaN; it keeps at most 2,000 of
// them and not the slice.
func (set *Set) Add(cell int, sorted []float64) {
	n := set.summary.Cells[cell].N
	set.curves[cell] = thin(sorted, max(n, len(sorted)))
}

// anyFailed reports whether some replicate failed, so that captions can say what became of it.
func (set *Set) anyFailed() bool {
	return slices.ContainsFunc(set.summary.Cells, func(c summary.Cell) bool { return c.Failed > 0 })
}

// Omitted is a figure that was not drawn, or a part of one, and why.
type Omitted struct{ Figure, Why string }

// Figures draws nothing yet but settles what there is to draw, most telling first.
func (set *Set) Figures() ([]Figure, []Omitted) {
	var figures []Figure
	var omitted []Omitted
	for _, kind := range []func() ([]Figure, []Omitted){set.quantiles, set.ratios, set.parts, set.distributions} {
		f, o := kind()
		figures = append(figures, f...)
		omitted = append(omitted, o...)
	}
	return figures, slices.Compact(omitted)
}
