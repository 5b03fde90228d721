package report

import (
	"slices"

	"tlslab/results/plot"
	"tlslab/results/table"
)

// Document is a report as data. Both renderings say the same.
type Document struct {
	// Title is the scenario's question. Facts is a line about the run: cells, replicates, seed,
	// version.
	Title, Facts string
	// Answer answers the question of the title: a sentence or two, or a line for each compared
	// level.
	Answer string
	// Warnings restrict the answer: the run is not finished, or replicates failed.
	Warnings []Point
	// Findings add to the answer.
	Findings []Point
	Sections []Section
}

// Point is a sentence or two about a subject, or a line for each compared level.
type Point struct{ About, Text string }

// Section is a part of the report under a heading.
type Section struct {
	Title string
	// Folded: the HTML page shows the section only after a click.
	Folded bool
	Blocks []Block
}

// empty reports whether a section has nothing to show.
func (s *Section) empty() bool {
	return !slices.ContainsFunc(s.Blocks, func(b Block) bool {
		return b.Text != "" || len(b.Points) > 0 || b.Table != nil || b.Figure != nil || b.List != nil
	})
}

// Block is a piece of a section. Exactly one field is set.
type Block struct {
	Text   string
	Points []Point
	Table  *table.Table
	Figure *plot.Figure
	List   *List
}

// List is a long list that few readers need whole. The page shows it after a click.
type List struct {
	Title string
	Items []string
}
