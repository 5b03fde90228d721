// Package plot draws an experiment's figures.
//
//	summary.Summary ─► New ─► Set ◄─ Add, for each cell: its sorted values
//	                           │
//	                        Figures ─► Figure ─► WriteSVG, WritePNG, WritePDF, Inline
//
// Each figure consists of small multiples: panels with shared axes in rows and columns. The levels
// of the compared factor have different colours, dashes and glyphs, one factor is on the x axis,
// and the others make rows and columns (see layout.go). There are five kinds of figures:
//
//	quantiles     the headline metric's median and p95, with 95 % intervals, against a factor
//	effect        in place of quantiles for many compared levels: the ratio of the median or of p95
//	              to the baseline, with its 95 % interval, against a factor
//	ratio         a heatmap of the ratio of the median or of p95 to the baseline, over two factors
//	parts         the shares of a metric's parts in its mean, for each metric that has parts
//	distribution  the headline metric's ECDF on a tail axis: 90, 99 and 99.9 % are equally far apart
//
// A figure for which there are no data is left out, and Figures returns the reason. The same input
// gives the same bytes.
package plot

import (
	"math"
	"slices"

	"tlslab/results/summary"
	"tlslab/results/table"
)

// Set collects the data of the figures: the summary and the distribution of each cell.
type Set struct {
	summary *summary.Summary
	metric  int
	curves  map[int]curve // by the cell's index in the summary
	points  int           // most points of a curve
}

// New returns a set without distributions. Add adds them.
func New(s *summary.Summary) *Set {
	points := max(leastPoints, min(mostPoints, allPoints/max(1, len(s.Cells))))
	return &Set{summary: s, metric: table.HeadlineMetric(s.Header), curves: map[int]curve{}, points: points}
}

// NewWhole returns a set that keeps all values of the distributions, so that Figure.Data has them.
func NewWhole(s *summary.Summary) *Set {
	set := New(s)
	set.points = math.MaxInt
	return set
}

// Metric returns the index in the header of the metric whose values Add expects.
func (set *Set) Metric() int { return set.metric }

// Add adds the headline metric's values of Summary.Cells[cell], sorted and without NaN. The set
// keeps at most 2,000 values of a cell, fewer if there are more than 500 cells, and not the slice.
func (set *Set) Add(cell int, sorted []float64) {
	n := set.summary.Cells[cell].N
	set.curves[cell] = thin(sorted, max(n, len(sorted)), set.points)
}

// Omitted is a figure or a part of a figure that is not drawn, and the reason.
type Omitted struct{ Figure, Why string }

// Figures returns the figures, which are not drawn yet, in the order of a report.
func (set *Set) Figures() ([]Figure, []Omitted) {
	var figures []Figure
	var omitted []Omitted
	for _, kind := range []func() ([]Figure, []Omitted){set.quantiles, set.heatmaps, set.parts, set.distributions} {
		f, o := kind()
		figures = append(figures, f...)
		omitted = append(omitted, o...)
	}
	return figures, slices.Compact(omitted)
}
