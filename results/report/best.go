package report

import (
	"math"
	"slices"
	"strings"

	"tlslab/results/table"
	"tlslab/results/table/number"
)

// best says which levels have the best median, and where. A median within the margin of the best
// counts as the best, too: the levels tie. It returns the first of these levels. Both are empty if
// no replicate reached the metric.
func (e *experiment) best() (level, text string) {
	word := "lowest"
	if e.m.Better > 0 {
		word = "highest"
	}
	leaders, cells := e.leading()
	if len(cells) == 0 {
		return "", ""
	}
	left := make([]bool, len(cells)) // combinations whose best level the text has not named
	for i := range left {
		left[i] = true
	}
	var clauses []string
	for slices.Contains(left, true) {
		// The next level is that with most of the combinations left, with the levels that tie with
		// it everywhere.
		next, most := 0, 0
		for i := range leaders {
			n := 0
			for _, at := range leaders[i].at {
				if left[at] {
					n++
				}
			}
			if n > most {
				next, most = i, n
			}
		}
		var names []string
		at := leaders[next].at
		for i := range leaders {
			if slices.Equal(leaders[i].at, at) {
				names, leaders[i].named = append(names, leaders[i].level), true
			}
		}
		clause := table.List(names) + " " + e.everywhereInPart(cells, at)
		if len(clauses) == 0 {
			level = names[0]
			clause = e.tied(names) + " the " + word + " median " + described(e.m)
			if len(names) > 1 || e.anyTie(leaders) {
				clause += ", or one within " + number.Percent(e.Header.Compare.Margin) + " of it,"
			}
			clause += " " + e.inPart(cells, at)
			if len(at) == len(cells) {
				clause += e.across()
			}
		}
		clauses = append(clauses, clause)
		for _, i := range at {
			left[i] = false
		}
	}
	for _, l := range leaders {
		if !l.named && len(l.at) > 0 {
			clauses = append(clauses, l.level+" also "+e.everywhereInPart(cells, l.at))
		}
	}
	return level, strings.Join(clauses, "; ") + "."
}

// tied is the subject and the verb of a sentence on levels.
func (e *experiment) tied(levels []string) string {
	subject := table.FactorName(&e.Header.Factors[e.compared]) + " " + table.List(levels)
	if len(levels) == 1 {
		return subject + " has"
	}
	return subject + " have"
}

// leader is a level and the combinations in which it is the best or ties with the best.
type leader struct {
	level string
	at    []int
	named bool
}

// anyTie reports whether two levels lead in the same combination.
func (e *experiment) anyTie(leaders []leader) bool {
	seen := map[int]bool{}
	for _, l := range leaders {
		for _, at := range l.at {
			if seen[at] {
				return true
			}
			seen[at] = true
		}
	}
	return false
}

// inPart says where a part of the combinations is.
func (e *experiment) inPart(cells, part []int) string {
	if len(part) == len(cells) {
		return "in " + all(len(cells), "combination")
	}
	p := e.gridOf(cells).where(part, true)
	if p.except {
		return "except " + p.text
	}
	return p.text
}

// everywhereInPart is inPart without a verb before it: "everywhere except at lan".
func (e *experiment) everywhereInPart(cells, part []int) string {
	where := e.inPart(cells, part)
	if strings.HasPrefix(where, "except ") {
		return "everywhere " + where
	}
	return where
}

// leading returns for each level where it leads, and a cell of each combination in which some
// replicate reached the metric.
func (e *experiment) leading() (leaders []leader, cells []int) {
	for _, l := range e.levels(e.compared) {
		leaders = append(leaders, leader{level: l})
	}
	combinations := map[string][]int{}
	var places []string
	for _, cell := range e.order {
		p := e.place(cell)
		if combinations[p] == nil {
			places = append(places, p)
		}
		combinations[p] = append(combinations[p], cell)
	}
	for _, p := range places {
		best := math.NaN()
		for _, cell := range combinations[p] {
			if v := e.Row(cell, e.metric).P50.Value; !math.IsNaN(v) && (math.IsNaN(best) || e.ahead(v, best)) {
				best = v
			}
		}
		if math.IsNaN(best) {
			continue
		}
		for _, cell := range combinations[p] {
			if e.near(e.Row(cell, e.metric).P50.Value, best) {
				i := slices.Index(e.levels(e.compared), e.Cells[cell].Levels[e.compared])
				leaders[i].at = append(leaders[i].at, len(cells))
			}
		}
		cells = append(cells, combinations[p][0])
	}
	return leaders, cells
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
