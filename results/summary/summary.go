package summary

import (
	"fmt"

	"tlslab/results"
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
}

// Row returns the row of Cells[cell] and Header.Metrics[metric].
func (s *Summary) Row(cell, metric int) *Row { return &s.Rows[cell*len(s.Header.Metrics)+metric] }

// Unfinished is a sentence about a run that has not finished: how many cells have all their
// replicates. It is empty if the run has finished, or if Header.Replicates is 0.
func (s *Summary) Unfinished() string {
	h := s.Header
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
	// VsBaseline compares the cell with its baseline. It is nil for a cell without a baseline.
	VsBaseline *Comparison
}

// Censored reports whether the q-th quantile over all N replicates has no finite value. A replicate
// that did not reach the metric counts as +Inf. So the quantile has no finite value if its position
// q·(N−1), counted from 0, is beyond the last of the Reached values.
func (r *Row) Censored(q float64) bool {
	return q*float64(r.N-1) > float64(r.Reached-1)
}

// Constant reports whether all replicates that reached the metric gave the same value.
func (r *Row) Constant() bool { return r.Min == r.Max }

// Comparison compares a cell with its baseline.
type Comparison struct {
	// Paired reports that replicates of the same number and seed were compared in pairs.
	Paired bool
	// Pairs is the number of pairs in which both replicates reached the metric. It is 0 if Paired
	// is false.
	Pairs int
	// Diff is the median of cell − baseline over the pairs, in the metric's unit. Ratio is the
	// median of cell / baseline over the pairs. If Paired is false, they are the difference and the
	// ratio of the two medians. Ratio is stat.None if a value is negative.
	Diff, Ratio stat.Interval
	// P is the two-sided p-value of the null hypothesis that there is no difference. PHolm is P
	// adjusted by Holm's method for all comparisons of this metric. Both are NaN if there is no
	// test: without pairs, or for an exact metric.
	P, PHolm float64
	Verdict  Verdict
}

// Verdict is the result of a comparison in one word.
type Verdict string

// The three verdicts.
const (
	Same      Verdict = "same"      // the whole interval of the ratio is inside 1 ± margin
	Different Verdict = "different" // the whole interval is outside, and PHolm is below Alpha
	Undecided Verdict = "undecided" // neither: more replicates may decide
)

// Alpha is the level below which an adjusted p-value counts as a difference.
const Alpha = 0.05
