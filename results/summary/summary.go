package summary

import (
	"fmt"

	"tlslab/results"
	"tlslab/results/effect"
	"tlslab/results/stat"
)

// Summary holds the statistics of every metric of every cell.
type Summary struct {
	Header *results.Header
	// Cells are in the order of Header.Cells, without the cells that have no replicate.
	Cells []Cell
	// Rows hold all metrics of the first cell in the order of the header, then all metrics of the
	// second cell, and so on.
	Rows []Row
	// Contrasts compare levels of the compared factor that differ in one trait, in the headline
	// metric and in the exact times.
	Contrasts []Contrast
	// Rankings say which cell of each combination is the best in the headline metric, by its median
	// and by its p95: first all medians. They are empty with fewer than three compared levels.
	Rankings []Ranking
}

// Row returns the row of Cells[cell] and Header.Metrics[metric].
func (s *Summary) Row(cell, metric int) *Row { return &s.Rows[cell*len(s.Header.Metrics)+metric] }

// Unfinished is a sentence about a run that has not finished: how many cells have all their
// replicates. It is empty if the run has finished, or if Header.Replicates is 0.
func (s *Summary) Unfinished() string {
	h := s.Header
	if h.Target != nil {
		return s.unfinishedTarget()
	}
	want := max(len(h.Cells), len(s.Cells))
	have := 0
	for _, c := range s.Cells {
		if c.N >= h.Replicates {
			have++
		}
	}
	if h.Replicates == 0 || have == want {
		return ""
	}
	return fmt.Sprintf("The run is not finished: %d of %d cells have all of their %d replicates.",
		have, want, h.Replicates)
}

// Cell is one cell, with its number of replicates and their outcomes.
type Cell struct {
	// Levels holds a level of each factor, in the order of Header.Factors.
	Levels []string
	// N counts all replicates, Failed the replicates whose outcome is not "ok".
	N, Failed int
	// Outcomes counts every outcome that occurred: "ok" first, then by falling count, then by name.
	Outcomes []results.Outcome
	// Baseline is the index in Summary.Cells of the cell with which this cell is compared, or -1.
	Baseline int
}

// Row describes one metric of one cell: an element of summary.json.
type Row struct {
	// Cell holds a level of each factor, in the order of Header.Factors.
	Cell   []string
	Metric string
	Unit   string
	// N counts all replicates of the cell, Failed the replicates whose outcome is not "ok", Reached
	// the replicates that reached this metric. All fields below are over the Reached replicates.
	N, Failed, Reached int
	Mean               stat.Interval
	SD                 float64
	Min, Max           float64
	P50, P90, P95, P99 stat.Interval
	// FailedShare is Failed as a share of N, with its Clopper–Pearson interval.
	FailedShare stat.Interval
	// Modes are the clusters of values of a multimodal metric in rising order. It is empty if the
	// values form one cluster, and for a metric that is a part of another.
	Modes []Mode
	// VsBaseline compares the cell with its baseline. It is nil for a cell without a baseline.
	VsBaseline *effect.Comparison
}

// Censored reports whether the q-th quantile over all N replicates has no finite value. A replicate
// that did not reach the metric counts as +Inf. So the quantile has no finite value if its position
// q·(N−1), counted from 0, is beyond the last of the Reached values.
func (r *Row) Censored(q float64) bool {
	return q*float64(r.N-1) > float64(r.Reached-1)
}

// Constant reports whether all replicates that reached the metric gave the same value.
func (r *Row) Constant() bool { return r.Min == r.Max }
