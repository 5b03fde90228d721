package plot

import (
	"slices"
	"strings"

	"tlslab/results/summary"
	"tlslab/results/table"
)

// Limits of a figure: more panels than these cannot be read on a page.
const (
	mostColumns  = 6
	mostRows     = 8
	mostCombined = 4 // rows of two factors, whose titles are long
	mostPanels   = 24
	mostPages    = 4
)

// factor is a factor of the experiment as figures need it: the levels that have cells, in readers' terms, and their
// magnitudes where they are quantities.
type factor struct {
	index  int // in Header.Factors and Cell.Levels
	name   string
	levels []string  // as in Cell.Levels
	shown  []string  // as axes and legends, which name the factor, write them
	titles []string  // as they are written by themselves: "loss 1%"
	values []float64 // nil for named levels
}

func (f *factor) numeric() bool { return f.values != nil }

// factors returns the factors of which at least two levels have cells: what does not vary needs no place in a figure.
func factors(s *summary.Summary) []*factor {
	var varying []*factor
	for i := range s.Header.Factors {
		described := &s.Header.Factors[i]
		f := &factor{index: i, name: table.FactorName(described)}
		for _, level := range described.Levels {
			if slices.ContainsFunc(s.Cells, func(c summary.Cell) bool { return c.Levels[i] == level }) {
				f.levels = append(f.levels, level)
				f.shown = append(f.shown, table.Level(described, level))
				f.titles = append(f.titles, table.LevelTitle(s.Header, i, level))
			}
		}
		if values, ok := quantities(f.shown); ok {
			f.values = values
		} else if values, ok := quantities(f.levels); ok {
			f.values = values
		}
		if len(f.levels) > 1 {
			varying = append(varying, f)
		}
	}
	return varying
}

// layout says which factor takes which place in a figure. Any of them may be empty.
type layout struct {
	colour, x *factor
	columns   []*factor // levels side by side
	rows      []*factor // levels one above the other, combined where there are several
	pages     []*factor // a figure for each combination
	widest    int       // panels in a row at most
}

// place gives the compared factor the colours and spreads the others over columns, rows and pages, largest first.
func place(s *summary.Summary, columns int) layout {
	var l layout
	compared, rest := split(s)
	if l.colour = compared; compared == nil {
		l.colour, rest = take(rest, bestColour(rest))
	}
	l.spread(rest, columns, mostRows)
	return l
}

// placeAlong gives a factor the x axis before it places the others. The best is a factor of quantities beside the
// compared one, because its effect is a curve for each compared level. Without one, or where there would be a crowd of
// curves and the compared levels are quantities themselves, those stand along the axis, as names do that are too many to
// be told apart side by side.
func placeAlong(s *summary.Summary, columns int) layout {
	var l layout
	compared, rest := split(s)
	curve := func(f *factor) bool { return f != nil && f.numeric() && len(f.levels) > 2 }
	crowd := func(f *factor) bool { return len(f.levels) > 3 }
	favourite, others := take(rest, best(rest))
	switch {
	case compared == nil:
		l.x, rest = favourite, others
		l.colour, rest = take(rest, bestColour(rest))
	case favourite == nil, curve(compared) && (crowd(compared) || !curve(favourite)), crowd(compared) && !curve(favourite):
		l.x = compared
	default:
		l.x, l.colour, rest = favourite, compared, others
	}
	l.spread(rest, columns, mostRows)
	return l
}

// split returns the compared factor, nil where there is none or it does not vary, and the others.
func split(s *summary.Summary) (compared *factor, rest []*factor) {
	rest = factors(s)
	if s.Header.Compare == nil {
		return nil, rest
	}
	at := s.Header.Factor(s.Header.Compare.Factor)
	return take(rest, func(f *factor) bool { return f.index == at })
}

// best picks the factor for an axis: at least three quantities before all others, then the most levels, then quantities
// before names, then the first.
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
	if f.numeric() {
		r++
		if len(f.levels) > 2 {
			r += 1 << 20
		}
	}
	return r
}

// bestColour picks, where nothing is compared, the factor with the most levels that colours can still tell apart.
func bestColour(fs []*factor) func(*factor) bool {
	var chosen *factor
	for _, f := range fs {
		if len(f.levels) <= len(okabeIto) && (chosen == nil || len(f.levels) > len(chosen.levels)) {
			chosen = f
		}
	}
	return func(f *factor) bool { return f == chosen }
}

// take removes the first factor that is wanted.
func take(fs []*factor, wanted func(*factor) bool) (*factor, []*factor) {
	i := slices.IndexFunc(fs, wanted)
	if i < 0 {
		return nil, fs
	}
	return fs[i], slices.Concat(fs[:i], fs[i+1:])
}

// spread gives the largest factor that fits the columns, and rows those after it for as long as the panels stay
// legible; each of the others makes pages.
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
			// A single factor too large for one row is wrapped over several.
			l.columns = append(l.columns, f)
		case len(l.rows) == 0 && n <= rows && width*n <= mostPanels,
			height*n <= min(rows, mostCombined) && width*height*n <= mostPanels:
			l.rows, height = append(l.rows, f), height*n
		default:
			l.pages = append(l.pages, f)
		}
	}
}

// spreadAgain places the factors anew for panels that need more room.
func (l *layout) spreadAgain(columns, rows int) {
	l.spread(slices.Concat(l.columns, l.rows, l.pages), columns, rows)
}

// wrapped reports whether a single factor is spread over several rows.
func (l layout) wrapped() bool {
	return len(l.columns) == 1 && len(l.columns[0].levels) > l.widest
}

// combination is one level of each of several factors, as indices into their levels.
type combination []int

// combinations lists all combinations, the last factor varying fastest. Of no factors there is one, empty.
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

// titles names a combination: "loss 1% · rtt 50ms"; empty for none.
func titles(fs []*factor, c combination) string {
	var words []string
	for i, f := range fs {
		words = append(words, f.titles[c[i]])
	}
	return strings.Join(words, " · ")
}

// heading is the title of a panel, a row or a column.
type heading struct{ whole, brief string }

// headingOf names a combination as titles does, and in brief by its levels alone.
func headingOf(fs []*factor, c combination) heading {
	var levels []string
	for i, f := range fs {
		levels = append(levels, f.shown[c[i]])
	}
	return heading{titles(fs, c), strings.Join(levels, " · ")}
}

// pick is a choice of a level for some factors; of all factors, it names a cell.
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

// cell returns the index in the summary of the cell picked, or -1 where it was excluded or not run.
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

// page is one figure of a layout: the levels all of its panels share.
type page struct {
	title string // "version 1.3"; empty where the layout has one page only
	name  string // the same for a file's name: "-version-1.3"
	pick  pick
}

// paged returns the pages of a layout, and how many were left out for being too many.
func (l layout) paged() (pages []page, left int) {
	all := combinations(l.pages)
	for _, c := range all[:min(len(all), mostPages)] {
		p := page{title: titles(l.pages, c), pick: pick(nil).withAll(l.pages, c)}
		if p.title != "" {
			p.name = "-" + fileName(p.title)
		}
		pages = append(pages, p)
	}
	return pages, len(all) - len(pages)
}

// fileName keeps of a title what every file system and every URL takes as it is.
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

// tile is the place of a panel in a grid: what it is called and which levels its cells share.
type tile struct {
	title heading
	pick  pick
}

// tiles arranges a page's panels. A single factor with too many levels for a row is wrapped over several, and then every
// panel has a title; otherwise columns have theirs at the top and rows at the side.
func (l layout) tiles(on page) (grid [][]tile, rows []heading) {
	across := combinations(l.columns)
	if l.wrapped() {
		lines := (len(across) + l.widest - 1) / l.widest
		columns := (len(across) + lines - 1) / lines // lines of one length, as nearly as can be
		for i, c := range across {
			if i%columns == 0 {
				grid = append(grid, nil)
			}
			grid[i/columns] = append(grid[i/columns], tile{headingOf(l.columns, c), on.pick.withAll(l.columns, c)})
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
