package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"tlslab/results/table/number"
)

// best is the headline of more than two levels: in how many combinations each has the best median, or one that is no
// more than the margin behind it; and which level that is most often.
func (e *experiment) best() (level, headline string) {
	word := "lowest"
	if e.m.Better > 0 {
		word = "highest"
	}
	levels := e.levels(e.compared)
	wins := make([]int, len(levels))
	combinations := 0
	for _, medians := range e.medians(levels) {
		best := math.NaN()
		for _, v := range medians {
			if !math.IsNaN(v) && (math.IsNaN(best) || e.ahead(v, best)) {
				best = v
			}
		}
		if math.IsNaN(best) {
			continue
		}
		combinations++
		for i, v := range medians {
			if e.near(v, best) {
				wins[i]++
			}
		}
	}
	if combinations == 0 {
		return "", "No replicate reached " + e.m.Name + "."
	}
	order := make([]int, len(levels))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return wins[b] - wins[a] })
	var clauses []string
	for _, i := range order {
		if wins[i] == 0 {
			break
		}
		clauses = append(clauses, fmt.Sprintf("%s in %s", e.shown(e.compared, levels[i]), number.Count(wins[i])))
	}
	clauses[0] += " of " + plural(combinations, "combination")
	if combinations == 1 {
		for i := range clauses {
			clauses[i], _, _ = strings.Cut(clauses[i], " in ")
		}
	}
	return levels[order[0]], fmt.Sprintf("The %s median %s, or one within %s of it: %s.", word, e.m.Name, number.Percent(e.Header.Compare.Margin), strings.Join(clauses, ", "))
}

// ahead reports whether a median is better than another.
func (e *experiment) ahead(v, other float64) bool {
	if e.m.Better > 0 {
		return v > other
	}
	return v < other
}

// near reports whether a median is within the margin of the best.
func (e *experiment) near(v, best float64) bool {
	margin := e.Header.Compare.Margin
	if e.m.Better > 0 {
		return v >= best*(1-margin)
	}
	return v <= best*(1+margin)
}

// medians are the headline medians of each combination, by compared level; NaN where there is none.
func (e *experiment) medians(levels []string) [][]float64 {
	places := map[string]int{}
	var out [][]float64
	for cell, c := range e.Cells {
		place := e.place(cell)
		at, known := places[place]
		if !known {
			at = len(places)
			places[place] = at
			empty := make([]float64, len(levels))
			for i := range empty {
				empty[i] = math.NaN()
			}
			out = append(out, empty)
		}
		out[at][slices.Index(levels, c.Levels[e.compared])] = e.Row(cell, e.metric).P50.Value
	}
	return out
}
