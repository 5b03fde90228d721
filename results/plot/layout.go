package plot

import (
	"cmp"
	"slices"
	"strings"

	"tlslab/results/summary"
	"tlslab/results/table"
)

// Limits of a figure: with more panels a page is not legible.
const (
	mostColumns  = 6
	mostRows     = 8
	mostCombined = 4 // rows of two or more factors, whose titles are long
	mostPanels   = 24
	mostPages    = 4
)

// factor is a factor of the experiment with the levels that have cells. Quantities are in rising
// order, names in the order of the header.
type factor struct {
	index    int // in Header.Factors and Cell.Levels
	name     string
	levels   []string
	titles   []string // with the factor's name: "loss 1%"
	numeric  bool     // all levels are quantities
	baseline int      // the level that is the baseline, or -1
}

// factorOf returns a factor with the levels of some cells.
func factorOf(s *summary.Summary, index int, cells []int) *factor {
	described := &s.Header.Factors[index]
	f := &factor{index: index, name: table.FactorName(described), baseline: -1,
		numeric: described.Values != nil}
	ranks := described.Ranks()
	order := slices.SortedFunc(slices.Values(described.Levels), func(a, b string) int {
		return cmp.Compare(ranks[a], ranks[b])
	})
	for _, level := range order {
		if !slices.ContainsFunc(cells, func(c int) bool { return s.Cells[c].Levels[index] == level }) {
			continue
		}
		if c := s.Header.Compare; c != nil && c.Factor == described.Name && c.Baseline == level {
			f.baseline = len(f.levels)
		}
		f.levels = append(f.levels, level)
		f.titles = append(f.titles, table.LevelTitle(s.Header, index, level))
	}
	return f
}

// factors returns the factors of which at least two levels are among the cells. fixed are the
// factors of which a single level is among the cells, but others are in the experiment.
func factors(s *summary.Summary, cells []int) (varying, fixed []*factor) {
	every := everyCell(s)
	for i := range s.Header.Factors {
		f := factorOf(s, i, cells)
		switch {
		case len(f.levels) > 1:
			varying = append(varying, f)
		case len(f.levels) == 1 && len(factorOf(s, i, every).levels) > 1:
			fixed = append(fixed, f)
		}
	}
	return varying, fixed
}

// everyCell lists the indices of all cells.
func everyCell(s *summary.Summary) []int {
	all := make([]int, len(s.Cells))
	for i := range all {
		all[i] = i
	}
	return all
}

// names are the levels as in a legend, which marks the baseline.
func (f *factor) names() []string {
	names := slices.Clone(f.levels)
	if f.baseline >= 0 {
		names[f.baseline] += " (baseline)"
	}
	return names
}

// style is the look of a level: that of the baseline is black.
func (f *factor) style(level int) style {
	switch {
	case level == f.baseline:
		return baselineStyle
	case f.baseline >= 0 && level > f.baseline:
		return styleOf(level - 1)
	}
	return styleOf(level)
}

// layout assigns the factors to the places of a figure. Each place may be empty.
type layout struct {
	colour, x *factor
	columns   []*factor // levels side by side
	rows      []*factor // levels one above the other, combined where there are several
	pages     []*factor // a figure for each combination
	fixed     []*factor // have a single level in this figure, but more in the experiment
	widest    int       // most panels in a row
}

// place gives the colours to the compared factor and spreads the others over columns, rows and
// pages. The figure shows some of the cells.
func place(s *summary.Summary, cells []int, columns int) layout {
	var l layout
	compared, rest, fixed := split(s, cells)
	l.fixed = fixed
	if l.colour = compared; compared == nil {
		l.colour, rest = take(rest, bestColour(rest))
	}
	l.spread(rest, columns, mostRows)
	return l
}

// placeAlong gives the x axis to a factor before it places the others. The best is a factor of
// quantities other than the compared factor: each compared level is then a curve. The compared
// factor itself gets the axis in three cases: there is no other factor, or its levels are
// quantities and too many for curves, or its levels are names and too many to stand side by side.
func placeAlong(s *summary.Summary, columns int) layout {
	var l layout
	compared, rest, _ := split(s, everyCell(s))
	curve := func(f *factor) bool { return f != nil && f.numeric && len(f.levels) > 2 }
	crowd := func(f *factor) bool { return len(f.levels) > 3 }
	favourite, others := take(rest, best(rest))
	switch {
	case compared == nil:
		l.x, rest = favourite, others
		l.colour, rest = take(rest, bestColour(rest))
	case favourite == nil,
		curve(compared) && (crowd(compared) || !curve(favourite)),
		crowd(compared) && !curve(favourite):
		l.x = compared
	default:
		l.x, l.colour, rest = favourite, compared, others
	}
	if l.x != nil {
		columns = max(1, min(columns, mostSlots/len(l.x.levels)))
	}
	l.spread(rest, columns, mostRows)
	return l
}

// mostSlots is how many levels stand side by side on the axes of a row of panels, each wide enough
// for a tilted label.
const mostSlots = 42

// split returns the compared factor, the others, and those that are fixed. compared is nil without
// a comparison or with a single level.
func split(s *summary.Summary, cells []int) (compared *factor, rest, fixed []*factor) {
	rest, fixed = factors(s, cells)
	if s.Header.Compare == nil {
		return nil, rest, fixed
	}
	at := s.Header.Factor(s.Header.Compare.Factor)
	compared, rest = take(rest, func(f *factor) bool { return f.index == at })
	return compared, rest, fixed
}

// best selects the factor for an axis: factors of at least three quantities precede all others.
// Then comes the number of levels, then quantities before names, then the order in the header.
func best(fs []*factor) func(*factor) bool {
	var chosen *factor
	for _, f := range fs {
		if chosen == nil || rank(f) > rank(chosen) {
			chosen = f
		}
	}
	return func(f *factor) bool { return f == chosen }
}

func rank(f *factor) int {
	r := 2 * len(f.levels)
	if f.numeric {
		r++
		if len(f.levels) > 2 {
			r += 1 << 20
		}
	}
	return r
}

// bestColour selects, in an experiment that compares nothing, the factor with most levels for which
// there are colours.
func bestColour(fs []*factor) func(*factor) bool {
	var chosen *factor
	for _, f := range fs {
		if len(f.levels) <= len(okabeIto) && (chosen == nil || len(f.levels) > len(chosen.levels)) {
			chosen = f
		}
	}
	return func(f *factor) bool { return f == chosen }
}

// take returns the first factor that is wanted, and the others.
func take(fs []*factor, wanted func(*factor) bool) (*factor, []*factor) {
	i := slices.IndexFunc(fs, wanted)
	if i < 0 {
		return nil, fs
	}
	return fs[i], slices.Concat(fs[:i], fs[i+1:])
}

// spread gives the columns to the first factor by rank that fits, and the rows to further factors
// while the panels stay legible. All others make pages.
func (l *layout) spread(rest []*factor, columns, rows int) {
	rest = slices.Clone(rest)
	slices.SortStableFunc(rest, func(a, b *factor) int { return rank(b) - rank(a) })
	l.columns, l.rows, l.pages, l.widest = nil, nil, nil, columns
	width, height := 1, 1
	for _, f := range rest {
		n := len(f.levels)
		switch {
		case len(l.columns) == 0 && n <= columns:
			l.columns, width = append(l.columns, f), n
		case len(l.columns) == 0 && len(rest) == 1 && n <= columns*rows:
			// A single factor with too many levels for one row takes several rows.
			l.columns = append(l.columns, f)
		case len(l.rows) == 0 && n <= rows && width*n <= mostPanels,
			height*n <= min(rows, mostCombined) && width*height*n <= mostPanels:
			l.rows, height = append(l.rows, f), height*n
		default:
			l.pages = append(l.pages, f)
		}
	}
}

// spreadAgain repeats spread with other limits.
func (l *layout) spreadAgain(columns, rows int) {
	l.spread(slices.Concat(l.columns, l.rows, l.pages), columns, rows)
}

// wrapped reports whether the levels of a single factor take several rows.
func (l layout) wrapped() bool {
	return len(l.columns) == 1 && len(l.columns[0].levels) > l.widest
}

// combination is one level of each of several factors, as indices into their levels.
type combination []int

// combinations lists all combinations; the last factor varies fastest. Without factors there is
// one, the empty one.
func combinations(fs []*factor) []combination {
	all := []combination{nil}
	for _, f := range fs {
		var next []combination
		for _, c := range all {
			for i := range f.levels {
				next = append(next, append(slices.Clone(c), i))
			}
		}
		all = next
	}
	return all
}

// titles names a combination: "loss 1% · rtt 50ms".
func titles(fs []*factor, c combination) string {
	var words []string
	for i, f := range fs {
		words = append(words, f.titles[c[i]])
	}
	return strings.Join(words, " · ")
}

// heading is the title of a panel, row or column: in whole, in brief, and with a line for each
// factor.
type heading struct {
	whole, brief string
	lines        []string
}

// headingOf names a combination. The brief form leaves out the factors' names.
func headingOf(fs []*factor, c combination) heading {
	var levels []string
	for i, f := range fs {
		levels = append(levels, f.levels[c[i]])
	}
	var lines []string
	for i, f := range fs {
		lines = append(lines, f.titles[c[i]])
	}
	return heading{titles(fs, c), strings.Join(levels, " · "), lines}
}

// pick is a level for each of some factors. With all factors it identifies a cell.
type pick []choice

type choice struct {
	factor *factor
	level  int
}

func (p pick) with(f *factor, level int) pick {
	if f == nil {
		return p
	}
	return append(slices.Clone(p), choice{f, level})
}

func (p pick) withAll(fs []*factor, c combination) pick {
	for i, f := range fs {
		p = p.with(f, c[i])
	}
	return p
}

// cell returns the index in the summary of a cell with the picked levels, or -1 if it was excluded
// or not run.
func (set *Set) cell(p pick) int {
	return slices.IndexFunc(set.summary.Cells, func(c summary.Cell) bool {
		for _, choice := range p {
			if c.Levels[choice.factor.index] != choice.factor.levels[choice.level] {
				return false
			}
		}
		return true
	})
}

// page is a figure of a layout: the levels that all its panels share.
type page struct {
	title string // "version 1.3"; empty if there is only one page
	name  string // suffix of the file name: "-version-1.3"
	pick  pick
}

// paged returns the first mostPages pages of a layout and the number of the others.
func (l layout) paged() (pages []page, left int) {
	all := combinations(l.pages)
	fixed := make(combination, len(l.fixed)) // the only level of each
	for _, c := range all[:min(len(all), mostPages)] {
		p := page{pick: pick(nil).withAll(l.fixed, fixed).withAll(l.pages, c)}
		if title := titles(l.pages, c); title != "" {
			p.name = "-" + fileName(title)
		}
		p.title = titles(slices.Concat(l.fixed, l.pages), slices.Concat(fixed, c))
		pages = append(pages, p)
	}
	return pages, len(all) - len(pages)
}

// fileName reduces a title to characters that are safe in every file system and URL.
func fileName(title string) string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '.':
			return r
		case r == '%':
			return 'p'
		}
		return ' '
	}, title)
	return strings.Trim(strings.Join(strings.Fields(plain), "-"), ".")
}

// tile is a panel before it is drawn: its title and the levels that all its cells have.
type tile struct {
	title heading
	pick  pick
}

// tiles arranges the panels of a page. If a single factor takes several rows, every panel has a
// title. Otherwise columns have titles at the top and rows at the side.
func (l layout) tiles(on page) (grid [][]tile, rows []heading) {
	across := combinations(l.columns)
	if l.wrapped() {
		lines := (len(across) + l.widest - 1) / l.widest
		columns := (len(across) + lines - 1) / lines // so that the rows are about equally long
		for i, c := range across {
			if i%columns == 0 {
				grid = append(grid, nil)
			}
			grid[i/columns] = append(grid[i/columns],
				tile{headingOf(l.columns, c), on.pick.withAll(l.columns, c)})
		}
		return grid, nil
	}
	for i, r := range combinations(l.rows) {
		grid = append(grid, nil)
		rows = append(rows, headingOf(l.rows, r))
		for _, c := range across {
			t := tile{pick: on.pick.withAll(l.rows, r).withAll(l.columns, c)}
			if i == 0 {
				t.title = headingOf(l.columns, c)
			}
			grid[i] = append(grid[i], t)
		}
	}
	return grid, rows
}
