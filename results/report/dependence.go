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

// dependence returns the range of the effect at each level of each other factor. The factor that
// changes the median effect most comes first; a factor that changes it by less than the margin is
// left out.
func (e *experiment) dependence(effects []cellEffect) []Point {
	var found []influence
	for _, f := range e.varying {
		var words []string
		least, most := math.Inf(1), math.Inf(-1)
		for _, level := range e.levels(f) {
			at := slices.DeleteFunc(slices.Clone(effects), func(x cellEffect) bool {
				return e.Cells[x.cell].Levels[f] != level
			})
			r := ratios(at)
			if len(r) == 0 {
				continue
			}
			least, most = math.Min(least, median(r)), math.Max(most, median(r))
			words = append(words, fmt.Sprintf("%s at %s",
				span(number.Change(slices.Min(r)), number.Change(slices.Max(r))),
				e.shown(f, level)))
		}
		if reach := most - least; len(words) > 1 && reach > e.Header.Compare.Margin {
			about := "Effect on " + e.m.Name + " by " + table.FactorName(&e.Header.Factors[f])
			found = append(found, influence{Point{about, strings.Join(words, ", ") + "."}, reach})
		}
	}
	return strongestFirst(found)
}

// influence is the effect at the levels of a factor, as a finding. reach is the largest difference
// between the median ratios of two levels.
type influence struct {
	point Point
	reach float64
}

// strongestFirst orders influences by their reach.
func strongestFirst(found []influence) []Point {
	slices.SortStableFunc(found, func(a, b influence) int { return cmp.Compare(b.reach, a.reach) })
	var points []Point
	for _, x := range found {
		points = append(points, x.point)
	}
	return points
}
