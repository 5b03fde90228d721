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

// dominance says, for each metric that has parts, which group of parts is the largest in how many cells and where its
// share is highest; and how the shares go with each factor.
func (e *experiment) dominance() []Point {
	var points []Point
	for _, whole := range e.Header.Metrics {
		groups := e.groups(whole.Name)
		if text := e.largestGroups(groups); text != "" {
			points = append(points, Point{"What " + whole.Name + " is made of", text})
		}
		points = append(points, e.sharesByFactor(groups)...)
	}
	return points
}

// group is parts that belong together, and their share of the mean of the whole in each cell.
type group struct {
	name   string
	shares []float64
	first  int // cells in which it is the largest
}

func (e *experiment) largestGroups(groups []*group) string {
	if len(groups) < 2 {
		return ""
	}
	cells := 0
	for i := range e.Cells {
		largest := slices.MaxFunc(groups, func(a, b *group) int { return cmp.Compare(a.shares[i], b.shares[i]) })
		if largest.shares[i] > 0 {
			largest.first++
			cells++
		}
	}
	if cells == 0 {
		return ""
	}
	groups = slices.Clone(groups)
	slices.SortStableFunc(groups, func(a, b *group) int { return b.first - a.first })
	var clauses []string
	for _, g := range groups {
		at := slices.Index(g.shares, slices.Max(g.shares))
		share := number.Percent(g.shares[at])
		switch {
		case g.shares[at] == 0:
		case cells == 1:
			clauses = append(clauses, g.name+" "+share)
		case g.first == cells:
			clauses = append(clauses, fmt.Sprintf("%s in %s, up to %s (%s)", g.name, all(cells, "cell"), share, e.name(at)))
		case g.first == 0:
			clauses = append(clauses, fmt.Sprintf("%s in none, up to %s (%s)", g.name, share, e.name(at)))
		case len(clauses) == 0:
			clauses = append(clauses, fmt.Sprintf("%s in %s of %s, up to %s (%s)", g.name, number.Count(g.first), plural(cells, "cell"), share, e.name(at)))
		default:
			clauses = append(clauses, fmt.Sprintf("%s in %s, up to %s (%s)", g.name, number.Count(g.first), share, e.name(at)))
		}
	}
	if cells == 1 {
		return strings.Join(clauses, ", ") + " of the mean."
	}
	return "The largest part is " + strings.Join(clauses, "; ") + ". Shares are of the mean."
}

// sharesByFactor says what the groups' shares are at each level of each factor, on the average of the level's cells:
// the factor that moves them most first, none that moves no share by a tenth.
func (e *experiment) sharesByFactor(groups []*group) []Point {
	const worthSaying = 0.1
	var found []influence
	for _, f := range e.varying {
		var clauses []string
		spread := 0.0
		least, most := make([]float64, len(groups)), make([]float64, len(groups))
		for i, level := range e.levels(f) {
			shares := e.sharesAt(groups, f, level)
			for g, share := range shares {
				if i == 0 {
					least[g], most[g] = share, share
				}
				least[g], most[g] = math.Min(least[g], share), math.Max(most[g], share)
				spread = math.Max(spread, most[g]-least[g])
			}
			clauses = append(clauses, fmt.Sprintf("at %s %s", e.shown(f, level), ranked(groups, shares)))
		}
		if spread > worthSaying {
			found = append(found, influence{Point{"Its parts by " + table.FactorName(&e.Header.Factors[f]), capital(strings.Join(clauses, "; ")) + "."}, spread})
		}
	}
	return strongestFirst(found)
}

// sharesAt are the groups' mean shares over the cells of a factor's level.
func (e *experiment) sharesAt(groups []*group, factor int, level string) []float64 {
	shares := make([]float64, len(groups))
	n := 0.0
	for cell, c := range e.Cells {
		if c.Levels[factor] != level {
			continue
		}
		n++
		for i, g := range groups {
			shares[i] += g.shares[cell]
		}
	}
	for i := range shares {
		shares[i] /= n
	}
	return shares
}

// ranked lists the groups with their shares, the largest first, those that round to nothing left out.
func ranked(groups []*group, shares []float64) string {
	order := make([]int, len(groups))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(shares[b], shares[a]) })
	var words []string
	for _, i := range order {
		if shares[i] >= 0.005 {
			words = append(words, groups[i].name+" "+number.Percent(shares[i]))
		}
	}
	return strings.Join(words, ", ")
}

// groups are the groups of a metric's parts with their shares. A part without a group is one by itself.
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
