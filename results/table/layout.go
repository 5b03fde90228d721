package table

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// layout is the form in which a table fits into a line. The forms are tried in this order:
//
//  1. all columns;
//  2. without spare columns, the largest Spare first;
//  3. with keys on lines above their rows, the first key first;
//  4. with a line for each statistic in place of columns for each, and as many keys above as
//     needed; the last key has a line of its own.
type layout struct {
	table *Table
	shown []int    // columns
	above []int    // keys on a line above their rows
	own   []int    // the last key, if it is on a second line above its rows
	once  []string // columns beside the title, because all rows have the same text
	spare []string // columns that are left out
}

// fit returns the first layout that fits into the width, or the narrowest.
func (t *Table) fit(width int) layout {
	l := t.all()
	for !l.fits(width) && l.leaveOut() {
	}
	if l.fits(width) {
		return l
	}
	flat := l
	for !l.fits(width) && l.raise() {
	}
	if l.fits(width) {
		return l
	}
	stacked, without := t.stack()
	if stacked == nil {
		return flat
	}
	l = stacked.all()
	l.spare = without
	for !l.fits(width) && (l.raise() || l.raiseLast() || l.leaveOut()) {
	}
	return l
}

// all is the layout with all columns, without those that are written once.
func (t *Table) all() layout {
	l := layout{table: t}
	for j, c := range t.Columns {
		if (c.Key || c.Once) && len(t.Rows) > 1 && t.constant(j) {
			l.once = append(l.once, c.Name+" "+t.Rows[0][j].Text)
			continue
		}
		l.shown = append(l.shown, j)
	}
	return l
}

// fits reports whether a line of the table is at most width characters wide; 0 is unlimited.
func (l *layout) fits(width int) bool {
	total := -space
	total += 2 * space * len(l.own) // the indent
	for _, j := range l.shown {
		total += l.table.width(j) + space
	}
	return width <= 0 || total <= width
}

// leaveOut removes the columns with the largest Spare. It returns false if there are none.
func (l *layout) leaveOut() bool {
	most := 0
	for _, j := range l.shown {
		most = max(most, l.table.Columns[j].Spare)
	}
	if most == 0 {
		return false
	}
	var left []string
	l.shown = slices.DeleteFunc(slices.Clone(l.shown), func(j int) bool {
		c := &l.table.Columns[j]
		if c.Spare != most {
			return false
		}
		name := cmp.Or(c.Statistic, c.Name)
		if !slices.Contains(left, name) {
			left = append(left, name)
		}
		return true
	})
	l.spare = append(left, l.spare...)
	return true
}

// raise writes the leftmost key above its rows. It returns false if only one key is left.
func (l *layout) raise() bool {
	keys := l.keys()
	if len(keys) < 2 {
		return false
	}
	l.above = append(l.above, keys[0])
	l.remove(keys[0])
	return true
}

// raiseLast writes the last key on a line of its own. It returns false if no key is left.
func (l *layout) raiseLast() bool {
	l.own = l.keys()
	if len(l.own) == 0 {
		return false
	}
	l.remove(l.own[0])
	return true
}

// keys are the columns of keys.
func (l *layout) keys() []int {
	return slices.DeleteFunc(slices.Clone(l.shown), func(j int) bool { return !l.table.Columns[j].Key })
}

func (l *layout) remove(column int) {
	l.shown = slices.DeleteFunc(slices.Clone(l.shown), func(j int) bool { return j == column })
}

// heading names these keys of a row: "rtt 20ms, packet loss 1%".
func (l *layout) heading(keys []int, row int) string {
	var words []string
	for _, j := range keys {
		words = append(words, l.table.Columns[j].Name+" "+l.table.Rows[row][j].Text)
	}
	return strings.Join(words, ", ")
}

// note names what is left out.
func (l *layout) note() []string {
	if len(l.spare) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("Left out for want of room: %s. summary.csv has all.", List(l.spare))}
}

// width is the width of a column in characters. The heading of a key may have a line for each word.
func (t *Table) width(j int) int {
	words := []string{t.Columns[j].Name}
	if t.Columns[j].Key {
		words = strings.Fields(t.Columns[j].Name)
	}
	width := 0
	for _, word := range words {
		width = max(width, utf8.RuneCountInString(word))
	}
	for _, row := range t.Rows {
		width = max(width, utf8.RuneCountInString(row[j].Text))
	}
	return width
}

// headings returns the lines of the headings by column, from the last line upwards.
func (l *layout) headings(widths []int) [][]string {
	var lines [][]string
	for _, j := range l.shown {
		name := []string{l.table.Columns[j].Name}
		if l.table.Columns[j].Key {
			name = Wrap(name[0], widths[j], "")
		}
		for i := range name {
			if i == len(lines) {
				lines = append(lines, make([]string, len(l.table.Columns)))
			}
			lines[i][j] = name[len(name)-1-i]
		}
	}
	return lines
}

// fewLines is the number of lines up to which a table with a line for each statistic has all of
// them.
const fewLines = 40

// stack returns the table with a line for each statistic in place of columns for each: the columns
// of all statistics with the same Under stand under one another. A long table has only the
// statistics that are never spare. Columns of other numbers, such as the failures, become lines
// too, without their quiet cells. The result without names what is left out. out is nil if there
// are fewer than two statistics.
func (t *Table) stack() (out *Table, without []string) {
	out = &Table{Title: t.Title}
	var kept, lines, used []int    // columns that stay columns, become lines, or are of a statistic
	var statistics, spare []string // of both, those that are not always shown
	var headings []string
	at := map[[2]string]int{} // column by statistic and heading
	for j, c := range t.Columns {
		switch {
		case c.Key || c.Once && t.constant(j):
			kept = append(kept, j)
			continue
		case c.Statistic == "":
			lines = append(lines, j)
			continue
		case !slices.Contains(statistics, c.Statistic):
			statistics = append(statistics, c.Statistic)
			if c.Spare > 0 {
				spare = append(spare, c.Statistic)
			}
		}
		if !slices.Contains(headings, c.Under) {
			headings = append(headings, c.Under)
		}
		at[[2]string{c.Statistic, c.Under}] = j
	}
	if len(statistics)*len(t.Rows) > fewLines {
		statistics = slices.DeleteFunc(statistics, func(s string) bool { return slices.Contains(spare, s) })
		without = spare
	}
	if len(statistics) < 2 {
		return nil, nil
	}
	for j, c := range t.Columns {
		if slices.Contains(statistics, c.Statistic) {
			used = append(used, j)
		}
	}
	out.Notes = t.notes(used)
	for _, j := range kept {
		out.Columns = append(out.Columns, t.Columns[j])
	}
	out.Columns = append(out.Columns, Column{})
	for _, h := range headings {
		out.Columns = append(out.Columns, Column{Name: h, Right: t.Columns[at[[2]string{statistics[0], h}]].Right})
	}
	for _, row := range t.Rows {
		var keys []Cell
		for _, j := range kept {
			keys = append(keys, row[j])
		}
		add := func(name string, cells []Cell) {
			out.Rows = append(out.Rows, slices.Concat(keys, []Cell{{Text: name}}, cells))
		}
		for _, s := range statistics {
			var cells []Cell
			for _, h := range headings {
				cells = append(cells, row[at[[2]string{s, h}]])
			}
			add(s, cells)
		}
		for _, j := range lines {
			if row[j].Tone != Quiet {
				cells := make([]Cell, len(headings))
				cells[0] = row[j]
				add(t.Columns[j].Name, cells)
			}
		}
	}
	return out, without
}
