package compare

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"tlslab/results/effect"
	"tlslab/results/gate"
	"tlslab/results/table"
	"tlslab/results/table/number"
)

// section is a part of the document for readers.
type section struct {
	title string
	// folded: what a short form leaves out or folds away.
	folded bool
	texts  []string
	points []point
	tables []*table.Table
	// hidden says what a terminal leaves out of a folded section.
	hidden string
	// lines are those of the only table, if a terminal shows them as sentences.
	lines []line
}

// changesTitle is the title of the section of significant changes.
const changesTitle = "Significant changes"

// point is a line of a list. A point below belongs to the one above it.
type point struct {
	text  string
	below bool
}

// mostPoints and mostRows bound what a section lists. CSV and JSON always have everything.
const (
	mostPoints = 20
	mostOpen   = 30 // beyond it the list of changes is folded
	mostRows   = 200
)

// headline is the result in a sentence or two.
func (d *Document) headline() string {
	all, worse, better, other, same, large := 0, 0, 0, 0, 0, 0
	for l := range d.lines() {
		all++
		if l.change().Verdict == effect.Different && l.large() {
			large++
		}
		switch {
		case l.change().Verdict == effect.Same:
			same++
		case l.change().Verdict == effect.Undecided:
		case l.tone() == table.Bad:
			worse++
		case l.tone() == table.Good:
			better++
		default:
			other++
		}
	}
	n := worse + better + other
	var text string
	switch {
	case all == 0 && len(d.Columns) < 2:
		text = "There is one side only: nothing to compare."
	case all == 0:
		text = "The two sides have nothing in common to compare."
	case n == 0 && same == all:
		text = fmt.Sprintf("Nothing changed in %s.", count(all, "comparison"))
	case n == 0:
		text = fmt.Sprintf("No significant change in %s.", count(all, "comparison"))
	case all == 1 && worse == 1:
		text = "The only comparison changed significantly, for the worse."
	case all == 1 && better == 1:
		text = "The only comparison changed significantly, for the better."
	default:
		var kinds []string
		for _, k := range []struct {
			n    int
			name string
		}{{worse, "for the worse"}, {better, "for the better"}, {other, "neither better nor worse"}} {
			if k.n > 0 {
				kinds = append(kinds, number.Count(k.n)+" "+k.name)
			}
		}
		extent := ""
		if !d.Benchmarks {
			extent = ", " + ofThem(large, n) + " by more than 1 %"
		}
		text = fmt.Sprintf("%s of %s changed significantly%s: %s.", number.Count(n), count(all, "comparison"), extent, table.List(kinds))
	}
	if len(d.Missing) > 0 {
		text += fmt.Sprintf(" %s missing on one side.", isAre(len(d.Missing), "comparison"))
	}
	return text
}

// ofThem writes how many of n there are.
func ofThem(some, n int) string {
	switch some {
	case 0:
		return "none of them"
	case n:
		return "all of them"
	}
	return number.Count(some) + " of them"
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return number.Count(n) + " " + noun + "s"
}

func isAre(n int, noun string) string {
	if n == 1 {
		return "1 " + noun + " is"
	}
	return number.Count(n) + " " + noun + "s are"
}

// sections are the document in the order of reading.
func (d *Document) sections() []section {
	var all []section
	add := func(s section, there bool) {
		if there {
			all = append(all, s)
		}
	}
	add(d.settings(), len(d.Settings) > 0)
	if d.Gate != nil {
		all = append(all, d.gateSection())
	}
	different := d.changed()
	if d.Benchmarks {
		s := section{title: "Benchmarks", folded: true}
		for i := range d.Tables {
			s.tables = append(s.tables, d.benchmarks(&d.Tables[i]))
		}
		add(d.changes(different), len(different) > 0)
		add(s, len(s.tables) > 0)
	} else {
		add(d.differing(), len(d.Differing) > 0)
		add(section{title: changesTitle, tables: []*table.Table{d.digest()}}, len(different) > 0)
		details := d.changes(different)
		details.title, details.folded = "Each significant change", len(different) > mostOpen
		details.hidden = "each significant change"
		add(details, len(different) > 0)
		first, n := d.withoutChange()
		s := section{title: "No significant change", folded: true, tables: []*table.Table{d.linesTable("", first)}}
		s.texts, s.hidden = left(n), "the comparisons without a significant change"
		add(s, n > 0)
	}
	add(d.missing(), len(d.Missing) > 0)
	return all
}

func shorten(lines []line) []line { return lines[:min(len(lines), mostRows)] }

// left says how many rows a table leaves out.
func left(n int) []string {
	if n <= mostRows {
		return nil
	}
	return []string{fmt.Sprintf("The first %d of %s. --format csv has all of them.", mostRows, number.Count(n))}
}

func (d *Document) changes(lines []line) section {
	s := section{title: changesTitle, texts: left(len(lines)), tables: []*table.Table{d.linesTable("", shorten(lines))}}
	if !d.Benchmarks {
		s.lines = shorten(lines)
	}
	return s
}

// settings is the table of what differs between the inputs.
func (d *Document) settings() section {
	t := &table.Table{Columns: []table.Column{{Name: "setting", Key: true, Free: true}}}
	for _, in := range d.Inputs {
		t.Columns = append(t.Columns, table.Column{Name: in, Free: true})
	}
	for _, s := range d.Settings {
		row := []table.Cell{{Text: s.Name}}
		for _, v := range s.Values {
			if v == "" {
				v = number.Absent
			}
			row = append(row, table.Cell{Text: abbreviate(v)})
		}
		t.Rows = append(t.Rows, row)
	}
	return section{title: "Settings that differ", tables: []*table.Table{t}}
}

// abbreviate shortens a long text, such as that of a whole scenario.
func abbreviate(text string) string {
	const most = 60
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}

// differing is the table of the values that differ within a pair.
func (d *Document) differing() section {
	t := &table.Table{Columns: []table.Column{{Name: "metric"}, {Name: "cells", Right: true}, {Name: "values", Right: true}}}
	for _, m := range d.Differing {
		name := m.Metric
		if len(d.Columns) > 2 {
			name += " (" + m.Column + ")"
		}
		t.Rows = append(t.Rows, []table.Cell{{Text: name},
			{Text: number.Count(m.Cells) + " of " + number.Count(m.AllCells), Order: float64(m.Cells)},
			{Text: number.Count(m.Values) + " of " + number.Count(m.AllValues), Order: float64(m.Values)}})
	}
	return section{title: "Values that differ", tables: []*table.Table{t}}
}

func (d *Document) missing() section {
	s := section{title: "Missing"}
	for i, m := range d.Missing {
		if i == mostPoints {
			s.points = append(s.points, point{text: fmt.Sprintf("… and %s more", number.Count(len(d.Missing)-i))})
			break
		}
		s.points = append(s.points, point{text: m.sentence()})
	}
	return s
}

// outcomeWords are the outcomes that fail, in a count: "3 beyond the threshold". severity is their
// order.
var outcomeWords = map[gate.Outcome]string{
	gate.Exceeded: "beyond the threshold", gate.Missing: "missing on one side", gate.NotEnoughData: "without enough data to tell",
}

func severity(o gate.Outcome) int {
	return slices.Index([]gate.Outcome{gate.Exceeded, gate.Missing, gate.NotEnoughData}, o)
}

// gateSection says for each expression how many checks passed, and lists those that did not.
func (d *Document) gateSection() section {
	s := section{title: "Gate: passed"}
	if !d.Gate.Met() {
		s.title = "Gate: failed"
	}
	for _, e := range d.Gate.Expressions {
		checks := d.Gate.Of(e)
		slices.SortStableFunc(checks, func(a, b gate.Check) int { return cmp.Compare(severity(a.Outcome), severity(b.Outcome)) })
		counts := map[gate.Outcome]int{}
		var bad []string
		for i := range checks {
			c := &checks[i]
			counts[c.Outcome]++
			if c.Outcome == gate.Passed {
				continue
			}
			row := c.Metric + ", " + c.Row
			if len(d.Columns) > 2 {
				row += " (" + c.Column + ")"
			}
			if !d.Benchmarks && (c.Metric == everyMetric || c.Row == everyCell) {
				bad = append(bad, c.Reason)
				continue
			}
			bad = append(bad, fmt.Sprintf("%s: %s%s", row, d.values(c), c.Reason))
		}
		text := fmt.Sprintf("%s: passed in %s", e.Text, count(len(checks), "comparison"))
		if len(bad) > 0 {
			var kinds []string
			for _, k := range []gate.Outcome{gate.Exceeded, gate.Missing, gate.NotEnoughData} {
				if counts[k] > 0 {
					words := outcomeWords[k]
					if k == gate.Exceeded && e.Kind == gate.Changed {
						words = "with values that differ"
					}
					kinds = append(kinds, number.Count(counts[k])+" "+words)
				}
			}
			text = fmt.Sprintf("%s: FAILED, of %s: %s", e.Text, count(len(checks), "comparison"), table.List(kinds))
		}
		s.points = append(s.points, point{text: text})
		for i, b := range bad {
			if i == mostPoints {
				s.points = append(s.points, point{fmt.Sprintf("… and %s more", number.Count(len(bad)-i)), true})
				break
			}
			s.points = append(s.points, point{b, true})
		}
	}
	return s
}

// values writes the values of both sides of a check: "401 ms → 601 ms, ".
func (d *Document) values(c *gate.Check) string {
	switch {
	case c.Missing != "" || c.Expression.Kind == gate.Changed:
		return ""
	case c.Expression.Kind == gate.Failed:
		return fmt.Sprintf("%s → %s, ", number.Percent(c.OldValue), number.Percent(c.NewValue))
	}
	return fmt.Sprintf("%s → %s, ", d.value(c.OldValue, c.Unit), d.value(c.NewValue, c.Unit))
}

// benchmarks is the table of a unit as benchstat lays it out.
func (d *Document) benchmarks(in *Table) *table.Table {
	t := &table.Table{Title: in.Metric}
	for _, c := range in.Config {
		if c.Value != "" {
			t.Title += "  " + c.Name + ": " + c.Value
		}
	}
	t.Columns = []table.Column{{Name: "benchmark", Key: true}}
	for i, name := range in.Columns {
		t.Columns = append(t.Columns, table.Column{Name: name, Right: true})
		if i > 0 {
			t.Columns = append(t.Columns, table.Column{Name: "vs " + in.Columns[0], Right: true}, table.Column{Name: "test", Free: true})
		}
	}
	var notes footnotes
	for i := range in.Rows {
		t.Rows = append(t.Rows, d.benchmarkRow(in, &in.Rows[i], &notes))
	}
	if len(in.Rows) > 1 {
		t.Rows = append(t.Rows, d.geomeanRow(in, &notes))
	}
	for i, n := range notes {
		t.Notes = append(t.Notes, superscript(i+1)+" "+n)
	}
	return t
}

func (d *Document) benchmarkRow(in *Table, r *Row, notes *footnotes) []table.Cell {
	absent := table.Cell{Text: number.Absent, Tone: table.Quiet, Order: math.NaN()}
	row := []table.Cell{{Text: r.Name}}
	for i, side := range r.Sides {
		value, change, test := absent, absent, table.Cell{Order: math.NaN()}
		if side != nil {
			value = table.Cell{Text: d.estimate(side, in.Unit) + notes.mark(side.Benchstat.Warnings), Order: side.Value.Value}
		}
		if side != nil && side.Change != nil {
			l := line{in, r, i}
			change = table.Cell{Text: side.Benchstat.Delta + notes.mark(side.Benchstat.ChangeWarnings), Tone: l.tone(), Order: l.order()}
			test = table.Cell{Text: "(" + side.Benchstat.Test + ")", Order: side.Change.P}
		}
		row = append(row, value)
		if i > 0 {
			row = append(row, change, test)
		}
	}
	return row
}

// geomeanRow is the last row, by whatever column the others are sorted.
func (d *Document) geomeanRow(in *Table, notes *footnotes) []table.Cell {
	row := []table.Cell{{Text: "geomean"}}
	for i, g := range in.Geomean {
		text := ""
		if g.Value == g.Value {
			text = d.value(g.Value, in.Unit)
		}
		row = append(row, table.Cell{Text: text + notes.mark(g.Warnings)})
		if i > 0 {
			delta := "?"
			if g.Ratio == g.Ratio {
				delta = fmt.Sprintf("%+.2f%%", (g.Ratio-1)*100)
			}
			row = append(row, table.Cell{Text: delta}, table.Cell{})
		}
	}
	for i := range row {
		row[i].Order = math.NaN()
	}
	return row
}

// footnotes are the warnings below a table. Equal warnings share a note.
type footnotes []string

// mark returns the footnote marks of warnings.
func (f *footnotes) mark(warnings []string) string {
	out := ""
	for _, w := range warnings {
		at := slices.Index(*f, w)
		if at < 0 {
			at = len(*f)
			*f = append(*f, w)
		}
		out += superscript(at + 1)
	}
	return out
}

// superscript writes a positive number in raised digits.
func superscript(n int) string {
	digits := []rune("⁰¹²³⁴⁵⁶⁷⁸⁹")
	var out []rune
	for _, c := range fmt.Sprint(n) {
		out = append(out, digits[c-'0'])
	}
	return string(out)
}
