package report

import (
	"fmt"
	"slices"
	"strings"

	"tlslab/results/effect"
	"tlslab/results/table"
	"tlslab/results/table/number"
)

// ranking says which levels are the best in a statistic, and where.
type ranking struct {
	cells   []int // one of each combination in which some replicate reached the metric
	leaders []leader
	// open are the combinations whose best level is undecided: some level may be the best, or
	// within the margin of it, or neither. rivals are the levels that may be, if they are the same
	// levels in all these combinations.
	open   []int
	rivals []string
}

// mostRivals is how many rivals a sentence names at most.
const mostRivals = 3

// leader is a level and the combinations in which it is the best or the same as the best.
type leader struct {
	level string
	at    []int // indices in ranking.cells
}

// ranking ranks the levels by their comparisons with the best level of each combination.
func (e *experiment) ranking(of effect.Statistic) ranking {
	var r ranking
	levels := e.levels(e.compared)
	for _, l := range levels {
		r.leaders = append(r.leaders, leader{level: l})
	}
	position := func(cell int) int { return slices.Index(levels, e.Cells[cell].Levels[e.compared]) }
	for _, combination := range e.Rankings {
		if combination.Of != of {
			continue
		}
		best, undecided := []int{position(combination.Best)}, []int(nil)
		for i := range combination.Others {
			o := &combination.Others[i]
			switch o.At(of).Verdict {
			case effect.Same:
				best = append(best, position(o.Cell))
			case effect.Undecided:
				undecided = append(undecided, position(o.Cell))
			}
		}
		at := len(r.cells)
		r.cells = append(r.cells, combination.Best)
		if len(undecided) == 0 {
			for _, i := range best {
				r.leaders[i].at = append(r.leaders[i].at, at)
			}
			continue
		}
		var rivals []string
		for i, l := range levels {
			if slices.Contains(best, i) || slices.Contains(undecided, i) {
				rivals = append(rivals, l)
			}
		}
		if len(r.open) > 0 && !slices.Equal(rivals, r.rivals) {
			rivals = nil
		}
		r.open, r.rivals = append(r.open, at), rivals
	}
	r.leaders = slices.DeleteFunc(r.leaders, func(l leader) bool { return len(l.at) == 0 })
	return r
}

// alike reports whether two rankings say the same.
func (r *ranking) alike(other *ranking) bool {
	return slices.Equal(r.open, other.open) && slices.Equal(r.rivals, other.rivals) &&
		slices.EqualFunc(r.leaders, other.leaders, func(a, b leader) bool {
			return a.level == b.level && slices.Equal(a.at, b.at)
		})
}

// tied reports whether two levels lead in the same combination.
func (r *ranking) tied() bool {
	n := len(r.open)
	for _, l := range r.leaders {
		n += len(l.at)
	}
	return n > len(r.cells)
}

// best says which levels have the best median and the best p95, and where. It returns the first of
// the levels with the best median, which is empty if no combination has a decided one. The text is
// empty if no replicate reached the metric.
func (e *experiment) best() (level, text string) {
	median, tail := e.ranking(effect.P50), e.ranking(effect.P95)
	if len(median.cells) == 0 {
		return "", ""
	}
	if len(median.leaders) > 0 {
		level = median.next(nil).level
	}
	if median.alike(&tail) {
		return level, e.rankingText(&median, []string{"median", "p95"}, " of "+described(e.m), e.across())
	}
	return level, e.rankingText(&median, []string{"median"}, " "+described(e.m), e.across()) + "\n" +
		e.rankingText(&tail, []string{"p95"}, " of "+e.m.Name, "")
}

// next is the leader with most of the combinations that are not in named.
func (r *ranking) next(named []int) *leader {
	var next *leader
	most := 0
	for i := range r.leaders {
		n := 0
		for _, at := range r.leaders[i].at {
			if !slices.Contains(named, at) {
				n++
			}
		}
		if n > most {
			next, most = &r.leaders[i], n
		}
	}
	return next
}

// rankingText is the sentence on a ranking by statistics of a metric. across stands behind the
// first "combinations".
func (e *experiment) rankingText(r *ranking, statistics []string, metric, across string) string {
	word := "the lowest "
	if e.m.Better > 0 {
		word = "the highest "
	}
	what, near := word+strings.Join(statistics, " and "+word)+metric, "one within %s of it"
	if len(statistics) > 1 {
		near = "values within %s of them"
	}
	named := slices.Clone(r.open) // combinations that the sentence has named, or names at its end
	said := map[string]bool{}
	var clauses []string
	for len(named) < len(r.cells) {
		// The next level is named with the levels that lead in the same combinations.
		next := r.next(named)
		var names []string
		for _, l := range r.leaders {
			if slices.Equal(l.at, next.at) {
				names = append(names, l.level)
				said[l.level] = true
			}
		}
		clause := table.List(names) + " " + e.everywhereInPart(r.cells, next.at)
		if len(clauses) == 0 {
			clause = capital(e.have(names)) + " " + what
			if r.tied() {
				clause += ", or " + fmt.Sprintf(near, number.Percent(e.Header.Compare.Margin)) + ","
			}
			clause += " " + e.inPart(r.cells, next.at)
			if len(next.at) == len(r.cells) {
				clause += across
			}
		}
		clauses = append(clauses, clause)
		for _, at := range next.at {
			if !slices.Contains(named, at) {
				named = append(named, at)
			}
		}
	}
	for _, l := range r.leaders {
		if !said[l.level] {
			clauses = append(clauses, l.level+" also "+e.everywhereInPart(r.cells, l.at))
		}
	}
	if len(r.open) > 0 {
		clause := "undecided "
		if len(clauses) == 0 {
			clause = "Which " + table.FactorName(&e.Header.Factors[e.compared]) + " has " + what + " is undecided "
		}
		clause += e.everywhereInPart(r.cells, r.open)
		if len(r.open) == len(r.cells) {
			clause += across
		}
		if 0 < len(r.rivals) && len(r.rivals) <= mostRivals && len(r.rivals) < len(e.levels(e.compared)) {
			clause += ", between " + table.List(r.rivals)
		}
		clauses = append(clauses, clause)
	}
	return strings.Join(clauses, "; ") + "."
}

// have is the subject and the verb of a sentence on levels.
func (e *experiment) have(levels []string) string {
	subject := table.FactorName(&e.Header.Factors[e.compared]) + " " + table.List(levels)
	if len(levels) == 1 {
		return subject + " has"
	}
	return subject + " have"
}

// inPart says where a part of the combinations is.
func (e *experiment) inPart(cells, part []int) string {
	if len(part) == len(cells) {
		return "in " + all(len(cells), "combination")
	}
	p := e.combinationSet(cells).where(part, true)
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
