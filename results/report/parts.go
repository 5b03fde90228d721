package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"tlslab/results"
	"tlslab/results/table"
	"tlslab/results/table/number"
)

// leaders says for each metric that has parts which group of parts is the largest, in how many
// cells, and in which.
func (e *experiment) leaders() []Point {
	var points []Point
	for i := range e.Header.Metrics {
		whole := &e.Header.Metrics[i]
		if text := e.largestGroups(whole, e.groups(whole.Name)); text != "" {
			points = append(points, Point{"What " + whole.Name + " is made of", text})
		}
	}
	return points
}

// sharesList says for each metric that has parts how the shares of the groups depend on the
// factors.
func (e *experiment) sharesList() []Block {
	l := &List{Title: "The shares of the parts in words"}
	for _, whole := range e.Header.Metrics {
		for _, p := range e.sharesByFactor(whole.Name, e.groups(whole.Name)) {
			l.Items = append(l.Items, p.About+": "+p.Text)
		}
	}
	if len(l.Items) == 0 {
		return nil
	}
	return []Block{{List: l}}
}

// group is a group of parts (Metric.Group) and its share of the mean of the whole in each cell.
type group struct {
	name   string
	shares []float64
}

func (e *experiment) largestGroups(whole *results.Metric, groups []*group) string {
	if len(groups) < 2 {
		return ""
	}
	leads := make(map[*group][]int) // the cells in which the group is the largest
	cells := 0
	for i := range e.Cells {
		largest := slices.MaxFunc(groups, func(a, b *group) int { return cmp.Compare(a.shares[i], b.shares[i]) })
		if largest.shares[i] > 0 {
			leads[largest] = append(leads[largest], i)
			cells++
		}
	}
	if cells == 0 {
		return ""
	}
	groups = slices.Clone(groups)
	slices.SortStableFunc(groups, func(a, b *group) int { return cmp.Compare(len(leads[b]), len(leads[a])) })
	var clauses []string
	for _, g := range groups {
		clause := g.name + " in " + number.Count(len(leads[g]))
		switch most := slices.Max(g.shares); {
		case most < 0.001: // negligible everywhere
			continue
		case len(leads[g]) == 0:
			clauses = append(clauses, g.name+" is at most "+number.Percent(most))
			continue
		case len(leads[g]) == cells:
			clause = g.name + " in " + all(cells, "cell")
		case len(clauses) == 0:
			clause += " of " + plural(cells, "cell")
		}
		if scope := e.scope(leads[g]); scope != "" {
			clause += ", only at " + scope
		}
		clauses = append(clauses, clause)
	}
	return "The largest part of the mean " + described(whole) + " is " +
		strings.Join(clauses, "; ") + "."
}

// scope describes cells by the levels that occur among them, for each factor of which some level
// does not occur.
func (e *experiment) scope(cells []int) string {
	var words []string
	for f := range e.Header.Factors {
		levels := e.levels(f)
		occurring := slices.DeleteFunc(slices.Clone(levels), func(l string) bool {
			return !slices.ContainsFunc(cells, func(cell int) bool { return e.Cells[cell].Levels[f] == l })
		})
		if len(occurring) == len(levels) {
			continue
		}
		shown := make([]string, len(occurring))
		for i, l := range occurring {
			shown[i] = e.shown(f, l)
		}
		if f != e.compared {
			shown[0] = table.LevelTitle(e.Header, f, occurring[0])
		}
		// Neighbouring levels of a quantity are a range.
		if last := len(occurring) - 1; last >= 2 && isQuantity(e.shown(f, occurring[0])) &&
			slices.Equal(occurring, levels[slices.Index(levels, occurring[0]):][:last+1]) {
			words = append(words, shown[0]+" to "+shown[last])
			continue
		}
		if len(occurring) > mostNamed {
			words = append(words, fmt.Sprintf("%s of the %s of %s", number.Count(len(occurring)),
				plural(len(levels), "level"), table.FactorName(&e.Header.Factors[f])))
			continue
		}
		words = append(words, strings.Join(shown, " or "))
	}
	return strings.Join(words, ", ")
}

// mostNamed is how many levels a sentence names at most; more are counted.
const mostNamed = 6

// isQuantity reports whether a level is a quantity, such as "20ms", and not a name.
func isQuantity(level string) bool { return level != "" && level[0] >= '0' && level[0] <= '9' }

// sharesByFactor lists the groups' shares by the levels of the two factors that change them most,
// averaged over the cells of the other factors. Factors that change no share by more than
// minReach are left out.
func (e *experiment) sharesByFactor(whole string, groups []*group) []Point {
	const minReach = 0.1
	type mover struct {
		factor int
		reach  float64
	}
	var movers []mover
	for _, f := range e.varying {
		if reach := e.reach(groups, f); reach > minReach {
			movers = append(movers, mover{f, reach})
		}
	}
	slices.SortStableFunc(movers, func(a, b mover) int { return cmp.Compare(b.reach, a.reach) })
	switch len(movers) {
	case 0:
		return nil
	case 1:
		f := movers[0].factor
		name := table.FactorName(&e.Header.Factors[f])
		return []Point{{"Parts of " + whole + " by " + name, e.sharesAlong(groups, f, e.order)}}
	}
	var points []Point
	outer, inner := movers[0].factor, movers[1].factor
	for _, level := range e.levels(outer) {
		shares := e.sharesAlong(groups, inner, e.cellsAt(e.order, outer, level))
		points = append(points, Point{
			"Parts of " + whole + " at " + table.LevelTitle(e.Header, outer, level),
			table.FactorName(&e.Header.Factors[inner]) + " " + shares,
		})
	}
	return points
}

// reach is how much a factor changes the groups' shares: the largest difference of a share between
// two levels.
func (e *experiment) reach(groups []*group, factor int) float64 {
	least, most := slices.Repeat([]float64{1}, len(groups)), make([]float64, len(groups))
	reach := 0.0
	for _, level := range e.levels(factor) {
		for g, share := range averages(groups, e.cellsAt(e.order, factor, level)) {
			least[g], most[g] = math.Min(least[g], share), math.Max(most[g], share)
			reach = math.Max(reach, most[g]-least[g])
		}
	}
	return reach
}

// sharesAlong lists the groups' average shares at each level of a factor. It joins levels with the
// same text.
func (e *experiment) sharesAlong(groups []*group, factor int, cells []int) string {
	var clauses []string
	alike := map[string][]string{}
	for _, level := range e.levels(factor) {
		at := e.cellsAt(cells, factor, level)
		if len(at) == 0 {
			continue
		}
		text := ranked(groups, averages(groups, at))
		if alike[text] == nil {
			clauses = append(clauses, text)
		}
		alike[text] = append(alike[text], e.shown(factor, level))
	}
	for i, text := range clauses {
		clauses[i] = table.List(alike[text]) + ": " + text
	}
	return strings.Join(clauses, "; ") + "."
}

// cellsAt filters cells by the level of a factor.
func (e *experiment) cellsAt(cells []int, factor int, level string) []int {
	return slices.DeleteFunc(slices.Clone(cells), func(cell int) bool {
		return e.Cells[cell].Levels[factor] != level
	})
}

// averages are the mean shares of the groups over cells.
func averages(groups []*group, cells []int) []float64 {
	shares := make([]float64, len(groups))
	for i, g := range groups {
		for _, cell := range cells {
			shares[i] += g.shares[cell] / float64(len(cells))
		}
	}
	return shares
}

// ranked lists the groups with their shares, the largest first, without shares below 1 %.
func ranked(groups []*group, shares []float64) string {
	order := make([]int, len(groups))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(shares[b], shares[a]) })
	var words []string
	for _, i := range order {
		if shares[i] >= 0.01 {
			words = append(words, groups[i].name+" "+number.Percent(shares[i]))
		}
	}
	return strings.Join(words, ", ")
}

// groups returns the groups of a metric's parts with their shares. A part without a group is a
// group by itself.
func (e *experiment) groups(whole string) []*group {
	var groups []*group
	totals := make([]float64, len(e.Cells))
	for i, m := range e.Header.Metrics {
		if m.PartOf != whole {
			continue
		}
		name := m.Group
		if name == "" {
			name = m.Name
		}
		at := slices.IndexFunc(groups, func(g *group) bool { return g.name == name })
		if at < 0 {
			at = len(groups)
			groups = append(groups, &group{name: name, shares: make([]float64, len(e.Cells))})
		}
		for cell := range e.Cells {
			if v := e.Row(cell, i).Mean.Value; !math.IsNaN(v) {
				groups[at].shares[cell] += v
				totals[cell] += v
			}
		}
	}
	for _, g := range groups {
		for cell := range g.shares {
			if totals[cell] > 0 {
				g.shares[cell] /= totals[cell]
			}
		}
	}
	return groups
}
