package summary

import (
	"fmt"
	"slices"

	"tlslab/results"
	"tlslab/results/stat"
	"tlslab/results/stopping"
)

// Ending says why a cell of a run with a target has no more replicates. It is stopping.Continue if
// the cell is not finished. The header must have a Target.
func (s *Summary) Ending(cell int) stopping.Decision {
	n := s.Cells[cell].N
	if !slices.ContainsFunc(s.Header.Batches(), func(r results.Range) bool { return r.To == n }) {
		return stopping.Continue // within a batch
	}
	return stopping.Decide(s.Header.Target, n, s.Target(cell))
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
	for i := range s.Cells {
		if s.Ending(i) != stopping.Continue {
			have++
		}
	}
	if have == want {
		return ""
	}
	return fmt.Sprintf("The run is not finished: %d of %d cells have as many replicates as their target needs.", have, want)
}
