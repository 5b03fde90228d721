package compare

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"slices"

	"golang.org/x/perf/benchunit"

	"tlslab/results/effect"
	"tlslab/results/gate"
	"tlslab/results/stat"
	"tlslab/results/table"
	"tlslab/results/table/number"
)

// line is one comparison of a Document: that of a side of a row with the first side.
type line struct {
	table *Table
	row   *Row
	side  int
}

func (l *line) old() *Side      { return l.row.Sides[0] }
func (l *line) new() *Side      { return l.row.Sides[l.side] }
func (l *line) change() *Change { return l.new().Change }

// lines are all comparisons, in the order of the tables.
func (d *Document) lines() iter.Seq[line] {
	return func(yield func(line) bool) {
		for i := range d.Tables {
			for l := range d.Tables[i].lines() {
				if !yield(l) {
					return
				}
			}
		}
	}
}

// lines are the comparisons of a table.
func (t *Table) lines() iter.Seq[line] {
	return func(yield func(line) bool) {
		for i := range t.Rows {
			for j, side := range t.Rows[i].Sides {
				if side != nil && side.Change != nil && !yield(line{t, &t.Rows[i], j}) {
					return
				}
			}
		}
	}
}

// changed lists the lines with a significant change: changes for the worse first, metrics before
// their parts, and the largest first.
func (d *Document) changed() []line {
	var all []line
	for l := range d.lines() {
		if l.change().Verdict == effect.Different {
			all = append(all, l)
		}
	}
	slices.SortStableFunc(all, func(a, b line) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(boolToInt(a.table.Part), boolToInt(b.table.Part)), cmp.Compare(b.size(), a.size()))
	})
	return all
}

// withoutChange lists the first mostRows lines without a significant change, and counts all of
// them. What is not certain comes before what is the same.
func (d *Document) withoutChange() (first []line, all int) {
	var same []line
	for l := range d.lines() {
		verdict := l.change().Verdict
		if verdict == effect.Different {
			continue
		}
		all++
		if verdict == effect.Same && len(same) < mostRows {
			same = append(same, l)
		} else if verdict != effect.Same && len(first) < mostRows {
			first = append(first, l)
		}
	}
	return shorten(append(first, same...)), all
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
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
	if l.table.Unit == unitShare {
		return math.Abs(l.change().Diff.Value)
	}
	r := l.change().Ratio.Value
	if math.IsNaN(r) {
		return 0
	}
	return math.Abs(math.Log(r))
}

// large reports whether the change is more than 1 %, or more than one percentage point of a share.
// A change without a ratio counts as large.
func (l *line) large() bool {
	c := l.change()
	if l.table.Unit == unitShare {
		return math.Abs(c.Diff.Value) > 0.01
	}
	return !(math.Abs(c.Ratio.Value-1) <= 0.01)
}

func (l *line) tone() table.Tone {
	c := l.change()
	switch {
	case c.Verdict == effect.Undecided:
		return table.Unsure
	case c.Verdict != effect.Different || l.table.Better == 0 || l.new().Value.Value == l.old().Value.Value:
		return table.Plain
	case (l.new().Value.Value < l.old().Value.Value) == (l.table.Better < 0):
		return table.Good
	}
	return table.Bad
}

// value writes a value in the prefixes of its kind: those of benchstat for benchmarks.
func (d *Document) value(v float64, unit string) string {
	switch {
	case unit == unitShare:
		return number.Percent(v)
	case !d.Benchmarks:
		return number.Value(v, unit)
	}
	return benchunit.Scale(v, benchunit.ClassOf(unit))
}

// estimate writes a value with its interval.
func (d *Document) estimate(s *Side, unit string) string {
	if !d.Benchmarks {
		return number.Estimate(s.Value, unit)
	}
	return d.value(s.Value.Value, unit) + " ± " + s.Benchstat.Spread
}

// changeText writes the change with its interval: "+33 % [+31 %, +36 %]".
func (l *line) changeText() string {
	c := l.change()
	if l.table.Unit != unitShare {
		return ratioText(c.Ratio)
	}
	points := func(v float64) string { return gate.Signed(v, fmt.Sprintf("%.2g", 100*math.Abs(v))) }
	if c.Diff.Lo == c.Diff.Hi {
		return points(c.Diff.Value) + " points"
	}
	return fmt.Sprintf("%s points [%s, %s]", points(c.Diff.Value), points(c.Diff.Lo), points(c.Diff.Hi))
}

// ratioText writes a ratio as a change with its interval.
func ratioText(ratio stat.Interval) string {
	text := changePercent(ratio.Value)
	switch {
	case math.IsNaN(ratio.Value):
		return text
	case !(ratio.Lo > 0) && math.IsInf(ratio.Hi, 1):
		return text + " [" + number.TooFew + "]"
	case ratio.Lo == ratio.Value && ratio.Hi == ratio.Value:
		return text
	}
	return text + " [" + changePercent(ratio.Lo) + ", " + changePercent(ratio.Hi) + "]"
}

func changePercent(ratio float64) string {
	if math.IsInf(ratio, 0) || math.IsNaN(ratio) {
		return number.Change(ratio)
	}
	return gate.Percent(ratio - 1)
}

// where names the comparison among those of one document.
func (d *Document) where(l *line) string {
	if len(d.Columns) > 2 {
		return l.row.Name + " (" + l.table.Columns[l.side] + ")"
	}
	return l.row.Name
}

// digest is a table with a row for each metric and statistic that changed: how many cells changed
// for the worse and for the better, and how much.
func (d *Document) digest() *table.Table {
	t := &table.Table{Columns: []table.Column{{Name: "metric", Key: true}, {Name: "statistic"}, {Name: "compared", Right: true},
		{Name: "worse", Right: true}, {Name: "better", Right: true}, {Name: "neither", Right: true}, {Name: "smallest", Right: true}, {Name: "largest", Right: true}}}
	for i := range d.Tables {
		in := &d.Tables[i]
		all, ranks := 0, [3]int{}
		var least, most line
		for l := range in.lines() {
			all++
			if l.change().Verdict != effect.Different {
				continue
			}
			ranks[l.rank()]++
			if least.table == nil || l.size() < least.size() {
				least = l
			}
			if most.table == nil || l.size() > most.size() {
				most = l
			}
		}
		if most.table == nil {
			continue
		}
		count := func(n int, tone table.Tone) table.Cell {
			if n == 0 {
				return table.Cell{Text: "0", Tone: table.Quiet}
			}
			return table.Cell{Text: number.Count(n), Tone: tone, Order: float64(n)}
		}
		t.Rows = append(t.Rows, []table.Cell{{Text: in.Metric}, {Text: in.Statistic}, {Text: number.Count(all), Order: float64(all)},
			count(ranks[0], table.Bad), count(ranks[2], table.Good), count(ranks[1], table.Plain),
			{Text: least.point(), Order: least.order()}, {Text: most.point(), Order: most.order()}})
	}
	return t
}

// order is the change as a number: a ratio, and for a share 1 plus the difference.
func (l *line) order() float64 {
	if l.table.Unit == unitShare {
		return 1 + l.change().Diff.Value
	}
	return l.change().Ratio.Value
}

// point writes the change without its interval.
func (l *line) point() string {
	if l.table.Unit == unitShare {
		return l.changeText()
	}
	return changePercent(l.change().Ratio.Value)
}

// linesTable is a table with a row for each line.
func (d *Document) linesTable(title string, lines []line) *table.Table {
	name := "cell"
	if d.Benchmarks {
		name = "benchmark"
	}
	t := &table.Table{Title: title, Columns: []table.Column{
		{Name: "metric", Key: true}, {Name: "statistic", Key: true}, {Name: name, Key: true},
		{Name: "old", Right: true}, {Name: "new", Right: true}, {Name: "change [95 % interval]", Right: true},
		{Name: "p", Right: true}, {Name: "verdict"},
	}}
	for i := range lines {
		l := &lines[i]
		c, tone := l.change(), l.tone()
		p := c.PHolm
		if d.Benchmarks {
			p = c.P
		}
		t.Rows = append(t.Rows, []table.Cell{
			{Text: l.table.Metric}, {Text: l.table.Statistic}, {Text: d.where(l)},
			d.cell(l.old(), l.table.Unit), d.cell(l.new(), l.table.Unit),
			{Text: l.changeText(), Tone: tone, Order: l.order()},
			{Text: number.Probability(p), Order: p}, {Text: string(c.Verdict), Tone: tone},
		})
	}
	return t
}

func (d *Document) cell(s *Side, unit string) table.Cell {
	return table.Cell{Text: d.value(s.Value.Value, unit), Exact: number.Exact(s.Value, unit), Order: s.Value.Value}
}
