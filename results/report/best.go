package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"tlslab/results/table/number"
)

// best is the headline of three levels or more. It counts for each level the combinations in which
// its median is the best or within the margin of the best, and returns the level with most of them.
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
	have := func(i int) string {
		if wins[i] == combinations {
			return "in " + all(combinations, "combination")
		}
		return "in " + number.Count(wins[i])
	}
	first := have(order[0])
	if wins[order[0]] < combinations {
		first += " of " + plural(combinations, "combination")
	}
	headline = fmt.Sprintf("%s has the %s median %s, or a median within %s of it, %s%s",
		e.titled(levels[order[0]]), word, e.m.Name,
		number.Percent(e.Header.Compare.Margin), first, e.across())
	var others []string
	for _, i := range order[1:] {
		if wins[i] > 0 {
			others = append(others, e.shown(e.compared, levels[i])+" "+have(i))
		}
	}
	if len(others) > 0 {
		headline += "; also " + strings.Join(others, ", ")
	}
	return levels[order[0]], headline + "."
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

// medians returns the medians of the headline metric for each combination, by compared level. NaN:
// no such cell or median.
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
