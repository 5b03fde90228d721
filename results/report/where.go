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

// combinationSet is the combinations of a comparison. It describes a part of them by conditions on
// the factors: "where packet loss ≥ 1% and rtt ≥ 100ms".
type combinationSet struct {
	e       *experiment
	cells   []int // one for each combination
	regions []region
}

// region is the combinations that meet a condition on each factor.
type region struct {
	conditions []condition
	members    []int // indices in combinationSet.cells
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

// mostRegions and mostMembers bound the search for a description: regions, and regions times
// combinations.
const mostRegions, mostMembers = 5000, 1_500_000

// combinationSet returns the combinations of cells. Cells of another compared level in the same
// combinations have the same set.
func (e *experiment) combinationSet(cells []int) *combinationSet {
	var key strings.Builder
	for _, c := range cells {
		for _, f := range e.varying {
			key.WriteString(e.Cells[c].Levels[f] + "\x00")
		}
	}
	s := e.combinationSets[key.String()]
	if s == nil {
		s = e.newCombinations(cells)
		e.combinationSets[key.String()] = s
	}
	return s
}

// newCombinations enumerates the regions of the cells. For a factor with values a region has an
// interval of them, for others a set of names.
func (e *experiment) newCombinations(cells []int) *combinationSet {
	s := &combinationSet{e: e, cells: cells}
	choices := make([][]condition, len(e.varying))
	for _, most := range []int{6, 1} { // names in a condition
		product := 1
		for i, f := range e.varying {
			choices[i] = e.conditions(f, most)
			product *= len(choices[i])
		}
		if product <= mostRegions && product*len(cells) <= mostMembers {
			s.enumerate(choices, nil)
			break
		}
	}
	slices.SortStableFunc(s.regions, func(a, b region) int { return cmp.Compare(a.cost, b.cost) })
	return s
}

// enumerate adds the regions with one choice of each factor.
func (s *combinationSet) enumerate(choices [][]condition, chosen []condition) {
	if len(chosen) < len(choices) {
		for _, c := range choices[len(chosen)] {
			s.enumerate(choices, append(slices.Clone(chosen), c))
		}
		return
	}
	var r region
	for i, cell := range s.cells {
		if !slices.ContainsFunc(chosen, func(c condition) bool {
			return !slices.Contains(c.levels, s.e.Cells[cell].Levels[c.factor])
		}) {
			r.members = append(r.members, i)
		}
	}
	for _, c := range chosen {
		if c.cost > 0 {
			r.conditions = append(r.conditions, c)
			r.cost += c.cost
		}
	}
	if r.forAll() != "" {
		r.cost++
	}
	s.regions = append(s.regions, r)
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
const mostCost = 10

// where describes a part of the combinations, which is neither empty nor the whole, by their
// indices in the set. If exceptions are allowed, a shorter description of the complement is taken.
func (s *combinationSet) where(part []int, exceptions bool) place {
	in := make([]bool, len(s.cells))
	for _, i := range part {
		in[i] = true
	}
	best, rest := s.cover(in, true), s.cover(in, false)
	rest.except, rest.cost = true, rest.cost+0.5
	if exceptions && rest.cost < best.cost {
		best = rest
	}
	if best.cost > mostCost {
		return place{cost: math.Inf(1), text: fmt.Sprintf("in %s of %s", number.Count(len(part)),
			plural(len(s.cells), "combination"))}
	}
	return best
}

// mostFirst is how many regions are tried as the first of a description.
const mostFirst = 12

// cover describes the combinations with in == want by regions that have no combination in common:
// a large one first, then always the largest that is left. Of the descriptions with different first
// regions it is the shortest.
func (s *combinationSet) cover(in []bool, want bool) place {
	var inside []*region
	for i := range s.regions {
		r := &s.regions[i]
		if len(r.members) > 0 && !slices.ContainsFunc(r.members, func(m int) bool { return in[m] != want }) {
			inside = append(inside, r)
		}
	}
	slices.SortStableFunc(inside, func(a, b *region) int { return cmp.Compare(len(b.members), len(a.members)) })
	n := 0
	for _, is := range in {
		if is == want {
			n++
		}
	}
	best := place{cost: math.Inf(1)}
	for first := range min(mostFirst, len(inside)) {
		if p := describe(inside, first, n, make([]bool, len(in))); p.cost < best.cost {
			best = p
		}
	}
	return best
}

// describe covers n combinations by regions[first] and then by the first of the regions, which are
// in falling order of their sizes, that has none of the covered combinations. The cost is infinite
// if it is above mostCost.
func describe(regions []*region, first, n int, covered []bool) place {
	var texts []string
	var p place
	simple := true // every region has one condition, and a condition one level
	for next := first; n > 0; {
		r := regions[next]
		simple = simple && len(r.conditions) == 1 && (r.conditions[0].bound || len(r.conditions[0].levels) == 1)
		for _, m := range r.members {
			covered[m] = true
		}
		n -= len(r.members)
		texts = append(texts, r.text())
		p.cost += r.cost
		if len(texts) > 1 {
			p.cost++
		}
		if p.cost > mostCost {
			return place{cost: math.Inf(1)}
		}
		next = slices.IndexFunc(regions, func(r *region) bool {
			return !slices.ContainsFunc(r.members, func(m int) bool { return covered[m] })
		})
		if next < 0 && n > 0 {
			return place{cost: math.Inf(1)}
		}
	}
	between := " or "
	if len(texts) > 2 || !simple {
		between = ", or "
	}
	p.text = strings.Join(texts, between)
	return p
}

// forAll stands behind several names if there are other conditions, which hold for each of the
// names, not for the last alone.
func (r *region) forAll() string {
	names := r.named()
	if len(names) == 0 || len(r.conditions) == 1 {
		return ""
	}
	switch len(names[0].levels) {
	case 1:
		return ""
	case 2:
		return ", both"
	}
	return ", all"
}

// named are the conditions without a relation: first those without the name of their factor.
func (r *region) named() []condition {
	var named []condition
	for _, c := range r.conditions {
		switch {
		case c.bound:
		case c.alone:
			named = slices.Insert(named, 0, c)
		default:
			named = append(named, c)
		}
	}
	return named
}

// text is the conditions in words: "at lan with response size 10kB where packet loss ≥ 1% and rtt ≥
// 100ms", "at lan or wan, both with response size 10kB".
func (r *region) text() string {
	var words, others, bounds []string
	for _, c := range r.conditions {
		if c.bound {
			bounds = append(bounds, c.text)
		}
	}
	named := r.named()
	if len(named) > 0 {
		words = append(words, "at "+named[0].text)
		for _, c := range named[1:] {
			others = append(others, c.text)
		}
		words[0] += r.forAll()
	}
	if len(others) > 0 {
		words = append(words, "with "+table.List(others))
	}
	if len(bounds) > 0 {
		words = append(words, "where "+strings.Join(bounds, " and "))
	}
	return strings.Join(words, " ")
}
