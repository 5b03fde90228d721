package compare

import (
	"cmp"
	"math"
	"slices"

	"golang.org/x/perf/benchunit"

	"tlslab/results/effect"
	"tlslab/results/gate"
	"tlslab/results/stat"
	"tlslab/results/table"
	"tlslab/results/table/number"
)

// line is one comparison of a Document.
type line struct {
	table    *Table
	row      string
	column   string
	old, new *Side
}

// lines lists all comparisons, in the order of the tables.
func (d *Document) lines() []line {
	var all []line
	for i := range d.Tables {
		t := &d.Tables[i]
		for _, r := range t.Rows {
			for j, side := range r.Sides {
				if side != nil && side.Change != nil {
					all = append(all, line{t, r.Name, t.Columns[j], r.Sides[0], side})
				}
			}
		}
	}
	return all
}

// changed lists the lines with a significant change: changes for the worse first, then the largest
// first.
func changed(lines []line) []line {
	var all []line
	for _, l := range lines {
		if l.new.Change.Verdict == effect.Different {
			all = append(all, l)
		}
	}
	slices.SortStableFunc(all, func(a, b line) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(b.size(), a.size()))
	})
	return all
}

// rank is 0 for a change for the worse, 2 for one for the better, 1 if neither is known.
func (l *line) rank() int {
	switch l.tone() {
	case table.Bad:
		return 0
	case table.Good:
		return 2
	}
	return 1
}

// size is the magnitude of the change: the same for doubling as for halving.
func (l *line) size() float64 {
	r := l.new.Change.Ratio.Value
	if math.IsNaN(r) {
		return 0
	}
	return math.Abs(math.Log(r))
}

func (l *line) tone() table.Tone {
	c := l.new.Change
	switch {
	case c.Verdict == effect.Undecided:
		return table.Unsure
	case c.Verdict != effect.Different || l.table.Better == 0 || l.new.Value.Value == l.old.Value.Value:
		return table.Plain
	case (l.new.Value.Value < l.old.Value.Value) == (l.table.Better < 0):
		return table.Good
	}
	return table.Bad
}

// value writes a value in the prefixes of its kind: those of benchstat for benchmarks.
func (d *Document) value(v float64, unit string) string {
	if !d.Benchmarks {
		return number.Value(v, unit)
	}
	return benchunit.Scale(v, benchunit.ClassOf(unit))
}

// estimate writes a value with its interval.
func (d *Document) estimate(s *Side, unit string) string {
	if !d.Benchmarks {
		return number.Estimate(s.Value, unit)
	}
	return d.value(s.Value.Value, unit) + " ± " + s.Spread
}

// ChangeText writes a ratio as a change with its interval: "+33 % [+31 %, +36 %]".
func ChangeText(ratio stat.Interval) string {
	text := changePercent(ratio.Value)
	switch {
	case math.IsNaN(ratio.Value):
		return text
	case !(ratio.Lo > 0) && math.IsInf(ratio.Hi, 1):
		return text + " (n too small for an interval)"
	case ratio.Lo == ratio.Value && ratio.Hi == ratio.Value:
		return text
	}
	return text + " [" + changePercent(ratio.Lo) + ", " + changePercent(ratio.Hi) + "]"
}

func changePercent(ratio float64) string {
	if math.IsInf(ratio, 0) || math.IsNaN(ratio) {
		return number.Change(ratio)
	}
	return gate.Signed(ratio-1, number.Percent(math.Abs(ratio-1)))
}

// where names the comparison among those of one document.
func (d *Document) where(l *line) string {
	if len(d.Columns) > 2 {
		return l.row + " (" + l.column + ")"
	}
	return l.row
}

// linesTable is a table with a row for each line.
func (d *Document) linesTable(title string, lines []line) *table.Table {
	name := "cell"
	if d.Benchmarks {
		name = "benchmark"
	}
	t := &table.Table{Title: title, Columns: []table.Column{
		{Name: "metric"}, {Name: "statistic", Once: true}, {Name: name},
		{Name: "old", Right: true}, {Name: "new", Right: true}, {Name: "change [95 % interval]", Right: true},
		{Name: "p", Right: true, Spare: 1}, {Name: "verdict"},
	}}
	for i := range lines {
		l := &lines[i]
		c, tone := l.new.Change, l.tone()
		p := c.PHolm
		if d.Benchmarks {
			p = c.P
		}
		t.Rows = append(t.Rows, []table.Cell{
			{Text: l.table.Metric}, {Text: l.table.Statistic}, {Text: d.where(l)},
			d.cell(l.old, l.table.Unit), d.cell(l.new, l.table.Unit),
			{Text: ChangeText(c.Ratio), Tone: tone, Order: c.Ratio.Value},
			{Text: number.Probability(p), Order: p}, {Text: string(c.Verdict), Tone: tone},
		})
	}
	return t
}

func (d *Document) cell(s *Side, unit string) table.Cell {
	return table.Cell{Text: d.value(s.Value.Value, unit), Exact: number.Exact(s.Value, unit), Order: s.Value.Value}
}
