// Package table makes tables of a summary and prints them on a terminal.
//
//	summary.Summary ─► Headline, Metric, Overview ─► Table ─► WriteText (terminal, here)
//	                                                      └─► Markdown, HTML (results/report)
//
// A Table holds finished text: package number has scaled the numbers, rounded them by their
// intervals and added their units. A renderer adds lines, alignment and colour.
package table

import "slices"

// Table is rows of text under headings.
type Table struct {
	Title   string
	Columns []Column
	Rows    [][]Cell
	// Notes stand below the table and explain it. Behind them stand those of its columns.
	Notes []string
}

// Column is a heading and the layout of the cells below it.
type Column struct {
	Name  string
	Right bool // aligned to the right: numbers
	Key   bool // levels of a factor: the keys of a row name its cell of the experiment
	Free  bool // texts by which nobody selects rows, such as the result of a test
	// Once: if all rows have the same text, a renderer that is short of room may print it once,
	// above the table.
	Once bool
	// Spare: a renderer that is short of room leaves out the column with the largest Spare first,
	// and never one with 0.
	Spare int
	// Statistic is the statistic that the column is about, such as p95, if the table has the same
	// columns for several. A renderer that is short of room may write the columns of several
	// statistics under one another. Under is the heading that they share then.
	Statistic, Under string
	// Notes explain the marks of the column. They stand below the table if the column is shown.
	Notes []string
}

// Cell is a text and its emphasis.
type Cell struct {
	Text string
	Tone Tone
	// Exact is the value behind a rounded text, with all its digits. It is empty if Text rounds
	// nothing.
	Exact string
	// Order sorts the rows of a column by value. Rows with equal orders are sorted by Text. NaN: no
	// value.
	Order float64
}

// Tone is the meaning of a cell's text, which renderers may show by a colour.
type Tone uint8

// The tones of a cell.
const (
	Plain  Tone = iota
	Good        // different from the baseline, for the better
	Bad         // different from the baseline, for the worse; failed replicates
	Unsure      // undecided
	Quiet       // no failure, no comparison, no value
)

// AllNotes are the notes of the table and of all its columns.
func (t *Table) AllNotes() []string {
	all := make([]int, len(t.Columns))
	for j := range all {
		all[j] = j
	}
	return t.notes(all)
}

// notes are those of the table and of some columns, each once.
func (t *Table) notes(columns []int) []string {
	notes := slices.Clone(t.Notes)
	for _, j := range columns {
		for _, n := range t.Columns[j].Notes {
			if !slices.Contains(notes, n) {
				notes = append(notes, n)
			}
		}
	}
	return notes
}

// Repeats reports whether the key in column j of row i, and all columns left of it, are as in the
// row above.
func (t *Table) Repeats(i, j int) bool {
	if i == 0 || !t.Columns[j].Key {
		return false
	}
	for k := 0; k <= j; k++ {
		if t.Rows[i][k].Text != t.Rows[i-1][k].Text {
			return false
		}
	}
	return true
}

// constant reports whether a column has the same text in every row.
func (t *Table) constant(j int) bool {
	for _, row := range t.Rows {
		if row[j].Text != t.Rows[0][j].Text {
			return false
		}
	}
	return len(t.Rows) > 0
}
