// Package table lays the summary out as tables of text, and prints them on a terminal.
//
//	summary.Summary ─► Headline, Metric, Overview ─► Table ─► WriteText (terminal, here)
//	                                                      └─► Markdown, HTML (results/report)
//
// A Table is text already: numbers have been scaled, fitted to their intervals and given their units by
// results/table/number, factors are shown in the terms readers think in (results.Shown). What is left to a renderer
// is lines, alignment and colour.
package table

// Table is rows of text under headings.
type Table struct {
	Title   string
	Columns []Column
	Rows    [][]Cell
	// Notes stand below the table: what a column means, what a mark means.
	Notes []string
}

// Column is a heading and how its cells are set.
type Column struct {
	Name  string
	Right bool // aligned to the right: numbers
	Key   bool // a factor's levels, which together name the row
	// Once says that a column of one and the same text is said once above the table, where a renderer is short of room.
	Once bool
	// Spare is how readily the column is left out where there is not enough room: the largest goes first, 0 stays.
	Spare int
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
	Bad         // different from the baseline, for the worse; failed replicates
	Unsure      // undecided
	Quiet       // nothing to see: no failure, no comparison
)

// Repeats reports whether the key in column j of row i says what the row above says, with all keys left of it.
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

// constant reports whether a column says the same in every row.
func (t *Table) constant(j int) bool {
	for _, row := range t.Rows {
		if row[j].Text != t.Rows[0][j].Text {
			return false
		}
	}
	return len(t.Rows) > 0
}
