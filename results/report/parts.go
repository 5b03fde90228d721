package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"tlslab/results/table/number"
)

// dominance says, for each metric that has parts, which group of parts is the largest in how many cells, and where its
// share is highest.
func (e *experiment) dominance() []Point {
	var points []Point
	for _, whole := range e.Header.Metrics {
		if text := e.largestGroups(whole.Name); text != "" {
			points = append(points, Point{"What " + whole.Name + " is made of", text})
		}
	}
	return points
}

// group is parts that belong together, and their share of the mean of the whole in each cell.
type group struct {
	name   string
	shares []float64
	first  int // cells in which it is the largest
}

func (e *experiment) largestGroups(whole string) string {
	groups := e.groups(whole)
	if len(groups) < 2 {
		return ""
	}
	cells := 0
	for i := range e.Cells {
		largest := slices.MaxFunc(groups, func(a, b *group) int { return sign(a.shares[i] - b.shares[i]) })
		if largest.shares[i] > 0 {
			largest.first++
			cells++
		}
	}
	if cells == 0 {
		return ""
	}
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
