// Package table lays the summary out as tables of text: one for the headline metric, one for each other metric.
//
//	summary.Summary ─► Headline, Metric ─► Table ─► terminal (here), Markdown and HTML (results/report)
//
// A Table is text already: numbers have been scaled, fitted to their intervals and given their units by
// results/table/number, factors are shown in the terms readers think in (results.Shown). What is left to a renderer
// is lines, alignment and colour.
package table

import (
	"io"

	"tlslab/results/summary"
)

// Table is rows of text under headings.
type Table struct {
	Title   string
	Columns []Column
	Rows    [][]Cell
	// Notes stand below the table: what an abbreviation means, what was left out.
	Notes []string
}

// Column is a heading and how its cells are aligned.
type Column struct {
	Name  string
	Right bool // numbers
	Key   bool // a factor: repeated levels are shown once by renderers that can
}

// Cell is a text and how it is to be emphasised.
type Cell struct {
	Text string
	Tone Tone
}

// Tone is what a cell's text means, for renderers that have colours.
type Tone uint8

// The tones of a cell.
const (
	Plain  Tone = iota
	Good        // different from the baseline, for the better
	Bad         // different from the baseline, for the worse, or failed replicates
	Unsure      // undecided
	Quiet       // baseline, absent
)

// Headline is the table of the metric that answers the scenario's question: a row for each cell, with replicates,
// failures, quantiles with intervals and the comparison with the baseline.
func Headline(s *summary.Summary) *Table { return Metric(s, HeadlineMetric(s.Header)) }

// Metric is the same table of any metric, by its index in the header.
func Metric(s *summary.Summary, metric int) *Table { return &Table{} }

// Style is what a terminal can show.
type Style struct {
	Colour bool
	Width  int // columns; 0 is unlimited
}

// StyleOf returns the style for a writer: colour and the terminal's width where w is a terminal and NO_COLOR is unset
// or empty (no-color.org), plain text of unlimited width otherwise.
func StyleOf(w io.Writer) Style { return Style{} }

// WriteText writes the table with aligned columns.
func (t *Table) WriteText(w io.Writer, style Style) error { return nil }
