package report

import (
	"fmt"
	"math"
	"strings"

	"tlslab/results/summary"
	"tlslab/results/table/number"
)

// tail says whether p95 tells the same as the median: in how many combinations the intervals of the two are apart.
func (e *experiment) tail() []Point {
	levels := e.comparedLevels()
	if len(levels) != 1 {
		return nil
	}
	var apart, better, known int
	least, most := math.Inf(1), math.Inf(-1)
	for _, x := range e.effects(levels[0], e.metric) {
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

// wholes says of each metric that has parts, where it is not the headline metric itself, how it compares: what is won
// in one may be lost in the other.
func (e *experiment) wholes() []Point {
	var points []Point
	for i := range e.Header.Metrics {
		m := &e.Header.Metrics[i]
		if i == e.metric || len(e.groups(m.Name)) == 0 {
			continue
		}
		var words []string
		alike := map[string][]string{} // levels of which the same is to be said
		for _, level := range e.comparedLevels() {
			w := e.verdicts(m, e.effects(level, i))
			if alike[w] == nil {
				words = append(words, w)
			}
			alike[w] = append(alike[w], e.shown(e.compared, level))
		}
		var clauses []string
		for _, w := range words {
			clauses = append(clauses, list(alike[w])+": "+w)
		}
		if len(clauses) > 0 {
			points = append(points, Point{"And " + m.Name, strings.Join(clauses, "; ") + "."})
		}
	}
	return points
}
