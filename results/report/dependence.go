package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"tlslab/results/summary"
	"tlslab/results/table"
	"tlslab/results/table/number"
)

// dependence says for each other factor between what bounds the effect lies at each of its levels, the factor that moves
// it most first. Factors that move the middle of the effects by less than the margin are left out.
func (e *experiment) dependence(effects []effect) []Point {
	type influence struct {
		point Point
		reach float64
	}
	var found []influence
	for _, f := range e.varying {
		var words []string
		least, most := math.Inf(1), math.Inf(-1)
		for _, level := range e.levels(f) {
			at := slices.DeleteFunc(slices.Clone(effects), func(x effect) bool { return e.Cells[x.cell].Levels[f] != level })
			r := ratios(at)
			if len(r) == 0 {
				continue
			}
			least, most = math.Min(least, middle(r)), math.Max(most, middle(r))
			words = append(words, fmt.Sprintf("%s at %s", span(number.Change(slices.Min(r)), number.Change(slices.Max(r))), e.shown(f, level)))
		}
		if reach := most - least; len(words) > 1 && reach > e.Header.Compare.Margin {
			found = append(found, influence{Point{"By " + table.FactorName(&e.Header.Factors[f]), strings.Join(words, ", ") + "."}, reach})
		}
	}
	slices.SortStableFunc(found, func(a, b influence) int { return sign(b.reach - a.reach) })
	var points []Point
	for _, x := range found {
		points = append(points, x.point)
	}
	return points
}

// tail says whether p95 tells the same as the median: in how many combinations the intervals of the two are apart.
func (e *experiment) tail() []Point {
	levels := e.comparedLevels()
	if len(levels) != 1 {
		return nil
	}
	var apart, better, known int
	least, most := math.Inf(1), math.Inf(-1)
	for _, x := range e.effects(levels[0]) {
		cell, base := e.Row(x.cell, e.metric), e.Row(e.Cells[x.cell].Baseline, e.metric)
		if math.IsNaN(cell.P95.Value) || math.IsNaN(base.P95.Value) || base.P95.Value == 0 {
			continue
		}
		known++
		if !disjoint(cell, base) {
			continue
		}
		apart++
		if cell.P95.Value < base.P95.Value {
			better++
		}
		r := cell.P95.Value / base.P95.Value
		least, most = math.Min(least, r), math.Max(most, r)
	}
	switch {
	case known == 0:
		return nil
	case known == 1 && apart == 0:
		return []Point{{"The tail", fmt.Sprintf("At p95 the intervals of %s and %s overlap.", e.shown(e.compared, levels[0]), e.baseline())}}
	case apart == 0:
		return []Point{{"The tail", fmt.Sprintf("At p95 the intervals of %s and %s overlap in every combination.", e.shown(e.compared, levels[0]), e.baseline())}}
	}
	if known == 1 {
		return []Point{{"The tail", fmt.Sprintf("At p95 the intervals of %s and %s are apart (ratio of the two p95: %s).", e.shown(e.compared, levels[0]), e.baseline(), number.Times(least))}}
	}
	return []Point{{"The tail", fmt.Sprintf("At p95 the intervals of %s and %s are apart in %s of %s combinations, %s lower in %s of them (ratio of the two p95: %s).",
		e.shown(e.compared, levels[0]), e.baseline(), number.Count(apart), number.Count(known), e.shown(e.compared, levels[0]), number.Count(better),
		span(number.Times(least), number.Times(most)))}}
}

func disjoint(a, b *summary.Row) bool {
	return a.P95.Hi < b.P95.Lo || b.P95.Hi < a.P95.Lo
}
