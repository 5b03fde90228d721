package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"tlslab/results/table"
	"tlslab/results/table/number"
)

// grid is the combinations of a comparison, in which it describes a part of them by conditions on
// the factors: "where packet loss ≥ 1% and rtt ≥ 100ms".
type grid struct {
	e     *experiment
	cells []int // one for each combination
	boxes []box
}

// box is the combinations that meet a condition on each factor.
type box struct {
	conditions []condition
	members    []int // indices in grid.cells
	cost       float64
}

// condition restricts a factor to some of its levels.
type condition struct {
	factor int
	levels []string
	text   string
	bound  bool    // text has a relation, such as ≥, or a range
	alone  bool    // text is a name without that of the factor: "lan"
	cost   float64 // how long the condition is to read; 1 for one level or one bound
}

// mostBoxes and mostMembers bound the search for a description: boxes, and boxes times
// combinations.
const mostBoxes, mostMembers = 5000, 1_500_000

// gridOf returns the grid of cells. Cells of another compared level in the same combinations have
// the same grid.
func (e *experiment) gridOf(cells []int) *grid {
	var key strings.Builder
	for _, c := range cells {
		for _, f := range e.varying {
			key.WriteString(e.Cells[c].Levels[f] + "\x00")
		}
	}
	g := e.grids[key.String()]
	if g == nil {
		g = e.newGrid(cells)
		e.grids[key.String()] = g
	}
	return g
}

// newGrid enumerates the boxes of the cells. For a factor with values a box has an interval of
// them, for others a set of names.
func (e *experiment) newGrid(cells []int) *grid {
	g := &grid{e: e, cells: cells}
	choices := make([][]condition, len(e.varying))
	for _, most := range []int{6, 1} { // names in a condition
		product := 1
		for i, f := range e.varying {
			choices[i] = e.conditions(f, most)
			product *= len(choices[i])
		}
		if product <= mostBoxes && product*len(cells) <= mostMembers {
			g.enumerate(choices, nil)
			break
		}
	}
	slices.SortStableFunc(g.boxes, func(a, b box) int { return cmp.Compare(a.cost, b.cost) })
	return g
}

// enumerate adds the boxes with one choice of each factor.
func (g *grid) enumerate(choices [][]condition, chosen []condition) {
	if len(chosen) < len(choices) {
		for _, c := range choices[len(chosen)] {
			g.enumerate(choices, append(slices.Clone(chosen), c))
		}
		return
	}
	var b box
	for i, cell := range g.cells {
		if !slices.ContainsFunc(chosen, func(c condition) bool {
			return !slices.Contains(c.levels, g.e.Cells[cell].Levels[c.factor])
		}) {
			b.members = append(b.members, i)
		}
	}
	for _, c := range chosen {
		if c.cost > 0 {
			b.conditions = append(b.conditions, c)
			b.cost += c.cost
		}
	}
	g.boxes = append(g.boxes, b)
}

// conditions are the conditions on a factor, with the empty one first. A condition names at most
// this number of levels.
func (e *experiment) conditions(factor, most int) []condition {
	f := &e.Header.Factors[factor]
	levels := e.rising(factor)
	all := []condition{{factor: factor, levels: levels}}
	title := func(i int) string { return table.LevelTitle(e.Header, factor, levels[i]) }
	alone := title(0) == levels[0]
	last := len(levels) - 1
	if f.Values == nil {
		for set := 1; len(levels) <= 10 && set < 1<<len(levels)-1; set++ {
			c := condition{factor: factor, alone: alone}
			for i, l := range levels {
				if set>>i&1 == 0 {
					continue
				}
				text := " or " + l
				if c.text == "" {
					text = title(i)
				}
				c.text += text
				c.levels = append(c.levels, l)
			}
			c.cost = 1 + 0.5*float64(len(c.levels)-1)
			if len(c.levels) <= most {
				all = append(all, c)
			}
		}
		return all
	}
	for from := 0; from <= last; from++ {
		for to := from; to <= last; to++ {
			c := condition{factor: factor, levels: levels[from : to+1], cost: 1, bound: true}
			switch name := table.FactorName(f); {
			case from == 0 && to == last:
				continue
			case from == to:
				c.text, c.bound = title(from), false
			case to == last:
				c.text = name + " ≥ " + levels[from]
			case from == 0:
				c.text = name + " ≤ " + levels[to]
			default:
				c.text, c.cost = title(from)+" to "+levels[to], 1.5
			}
			all = append(all, c)
		}
	}
	return all
}

// rising are the levels of a factor that have cells: quantities in rising order, names in the order
// of the header.
func (e *experiment) rising(factor int) []string {
	f, levels := &e.Header.Factors[factor], e.levels(factor)
	if f.Values != nil {
		slices.SortStableFunc(levels, func(a, b string) int {
			return cmp.Compare(f.Values[slices.Index(f.Levels, a)], f.Values[slices.Index(f.Levels, b)])
		})
	}
	return levels
}

// place says where a part of the combinations is.
type place struct {
	text string // "where rtt ≥ 20ms"
	// except: text names the combinations that are not in the part.
	except bool
	cost   float64 // how long the text is to read; infinite if it only counts
}

// mostCost is the cost of the longest description; a longer one would be harder to read than the
// table.
const mostCost = 7

// where describes a part of the combinations, which is neither empty nor the whole, by their
// indices in the grid. If exceptions are allowed, a shorter description of the complement is taken.
func (g *grid) where(part []int, exceptions bool) place {
	in := make([]bool, len(g.cells))
	for _, i := range part {
		in[i] = true
	}
	best, rest := g.cover(in, true), g.cover(in, false)
	rest.except, rest.cost = true, rest.cost+0.5
	if exceptions && rest.cost < best.cost {
		best = rest
	}
	if best.cost > mostCost {
		return place{cost: math.Inf(1), text: fmt.Sprintf("in %s of %s", number.Count(len(part)),
			plural(len(g.cells), "combination"))}
	}
	return best
}

// cover describes the combinations with in == want by boxes, the largest first.
func (g *grid) cover(in []bool, want bool) place {
	left := 0
	for _, is := range in {
		if is == want {
			left++
		}
	}
	covered := make([]bool, len(in))
	var texts []string
	var p place
	for left > 0 {
		best, most := -1, 0
		for i := range g.boxes {
			if n := g.boxes[i].gain(in, covered, want); n > most {
				best, most = i, n
			}
		}
		if best < 0 || p.cost > mostCost {
			return place{cost: math.Inf(1)}
		}
		for _, m := range g.boxes[best].members {
			covered[m] = true
		}
		left -= most
		texts = append(texts, g.boxes[best].text())
		p.cost += g.boxes[best].cost
		if len(texts) > 1 {
			p.cost++
		}
	}
	p.text = strings.Join(texts, " or ")
	if all := strings.Join(texts, ""); len(texts) > 2 || strings.Contains(all, ",") ||
		strings.Contains(all, " or ") || strings.Contains(all, " and ") {
		p.text = strings.Join(texts, ", or ")
	}
	return p
}

// gain is how many combinations a box adds to those covered, or 0 if it has one that is not wanted.
func (b *box) gain(in, covered []bool, want bool) int {
	n := 0
	for _, m := range b.members {
		if in[m] != want {
			return 0
		}
		if !covered[m] {
			n++
		}
	}
	return n
}

// text is the conditions in words: "at lan with response size 10kB where packet loss ≥ 1% and rtt ≥
// 100ms".
func (b *box) text() string {
	var names, bounds []string
	for _, c := range b.conditions {
		switch {
		case c.bound:
			bounds = append(bounds, c.text)
		case c.alone:
			names = slices.Insert(names, 0, c.text)
		default:
			names = append(names, c.text)
		}
	}
	var words []string
	if len(names) > 0 {
		words = append(words, "at "+names[0])
	}
	if len(names) > 1 {
		words = append(words, "with "+table.List(names[1:]))
	}
	if len(bounds) > 0 {
		words = append(words, "where "+strings.Join(bounds, " and "))
	}
	return strings.Join(words, " ")
}
