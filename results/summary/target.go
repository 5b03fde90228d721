package summary

import (
	"fmt"
	"slices"

	"tlslab/results"
	"tlslab/results/stat"
	"tlslab/results/stopping"
)

// Decisions says for each of Cells why it has no more replicates. It is stopping.Continue if the
// cell or a cell of its group is not finished. The header must have a Target.
func (s *Summary) Decisions() []stopping.Decision {
	group := func(levels []string) string { return s.Header.Combination(levels) }
	missing := map[string]int{} // cells without a replicate, by group
	for _, c := range s.Header.Cells {
		missing[group(c.Levels)]++
	}
	replicates := map[string]int{} // of the first cell of a group
	continues := map[string]bool{} // by group
	all := make([]stopping.Decision, len(s.Cells))
	for i, c := range s.Cells {
		g := group(c.Levels)
		missing[g]--
		if _, there := replicates[g]; !there {
			replicates[g] = c.N
		}
		all[i] = stopping.Decide(s.Header.Target, c.N, s.Target(i))
		atEnd := slices.ContainsFunc(s.Header.Batches(), func(r results.Range) bool { return r.To == c.N })
		if all[i] == stopping.Continue || !atEnd || c.N != replicates[g] {
			continues[g] = true
		}
	}
	for i, c := range s.Cells {
		if g := group(c.Levels); continues[g] || missing[g] > 0 {
			all[i] = stopping.Continue
		}
	}
	return all
}

// Target returns the target's statistic of a cell. The header must have a Target.
func (s *Summary) Target(cell int) stat.Interval {
	t := s.Header.Target
	return s.Row(cell, s.Header.Metric(t.Metric)).statistic(t.Statistic)
}

// statistic returns the statistic of a target.
func (r *Row) statistic(name string) stat.Interval {
	switch name {
	case "p50":
		return r.P50
	case "p95":
		return r.P95
	case "p99":
		return r.P99
	}
	return r.Mean
}

// unfinishedTarget is Unfinished for a run with a target.
func (s *Summary) unfinishedTarget() string {
	have, want := 0, max(len(s.Header.Cells), len(s.Cells))
	for _, ending := range s.Decisions() {
		if ending != stopping.Continue {
			have++
		}
	}
	if have == want {
		return ""
	}
	return fmt.Sprintf("The run is not finished: %d of %d cells have as many replicates as their target needs.", have, want)
}
