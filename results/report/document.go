package report

import (
	"tlslab/results/plot"
	"tlslab/results/table"
)

// Document is a page as data: what both renderings say.
type Document struct {
	// Title is the scenario's question, Facts a line of what was run.
	Title, Facts string
	// Answer is the headline.
	Answer string
	// Warnings are what spoils it: a run that is not finished, failed replicates.
	Warnings []Point
	// Findings say more, one thing each.
	Findings []Point
	Sections []Section
}

// Point is a sentence or two under a few words that say what they are about.
type Point struct{ About, Text string }

// Section is a part of the page under a heading.
type Section struct {
	Title string
	// Folded says that a page may keep it closed until asked.
	Folded bool
	Blocks []Block
}

// Block is one piece of a section: just one of its fields is set.
type Block struct {
	Text   string
	Points []Point
	Table  *table.Table
	Figure *plot.Figure
}
