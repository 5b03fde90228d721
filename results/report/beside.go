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
	var lower, higher, known int
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
		if cell.P95.Value < base.P95.Value {
			lower++
		} else {
			higher++
		}
		r := cell.P95.Value / base.P95.Value
		least, most = math.Min(least, r), math.Max(most, r)
	}
	if known == 0 {
		return nil
	}
	overlap := "the intervals of " + e.shown(e.compared, levels[0]) + " and " + e.baseline() + " overlap"
	ratios := " (ratio of the two p95: " + span(number.Times(least), number.Times(most)) + ")"
	var clauses []string
	for _, way := range []struct {
		word string
		n    int
	}{{"lower", lower}, {"higher", higher}} {
		if way.n > 0 {
			clauses = append(clauses, fmt.Sprintf("%s in %s", way.word, number.Count(way.n)))
		}
	}
	how := e.shown(e.compared, levels[0]) + " is " + strings.Join(clauses, ", ") + " of " + plural(known, "combination")
	var text string
	switch apart := lower + higher; {
	case apart == 0 && known == 1:
		text = overlap
	case apart == 0:
		text = overlap + " in every combination"
	case known == 1:
		text, _, _ = strings.Cut(how, " in ")
		text += ratios
	case apart == known:
		text = how + ratios
	default:
		text = how + ratios + "; in the other " + number.Count(known-apart) + " the intervals overlap"
	}
	return []Point{{"The tail", "At p95 " + text + "."}}
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
			w := e.verdicts("", e.effects(level, i))
			if alike[w] == nil {
				words = append(words, w)
			}
			alike[w] = append(alike[w], e.shown(e.compared, level))
		}
		var clauses []string
		for _, w := range words {
			if len(words) > 1 {
				w = list(alike[w]) + ": " + w
			}
			clauses = append(clauses, w)
		}
		if len(clauses) > 0 {
			points = append(points, Point{"And " + m.Name, strings.Join(clauses, "; ") + "."})
		}
	}
	return points
}
