package report

import (
	"math"
	"strings"

	"tlslab/results/summary"
	"tlslab/results/table/number"
)

// tail compares the p95 of the compared level with that of the baseline: in how many combinations
// their intervals are disjoint.
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
	against := e.m.Name + ", " + e.shown(e.compared, levels[0]) + " against " + e.baseline() + ","
	overlap := "The intervals of the p95 of " + against + " overlap"
	ratios := " (ratio " + span(number.Times(least), number.Times(most)) + ")"
	var clauses []string
	if lower > 0 {
		clauses = append(clauses, "lower in "+number.Count(lower))
	}
	if higher > 0 {
		clauses = append(clauses, "higher in "+number.Count(higher))
	}
	is := "The p95 of " + against + " is "
	how := is + strings.Join(clauses, ", ") + " of " + plural(known, "combination")
	var text string
	switch apart := lower + higher; {
	case apart == 0 && known == 1:
		text = overlap
	case apart == 0:
		text = overlap + " in every combination"
	case known == 1 && lower == 1:
		text = is + "lower" + ratios
	case known == 1:
		text = is + "higher" + ratios
	case apart == known:
		text = how + ratios
	default:
		text = how + ratios + "; in the other " + number.Count(known-apart) +
			" the intervals of the p95 overlap"
	}
	return []Point{{"The tail", text + "."}}
}

// disjoint reports whether the intervals of the p95 have no value in common.
func disjoint(a, b *summary.Row) bool {
	return a.P95.Hi < b.P95.Lo || b.P95.Hi < a.P95.Lo
}
