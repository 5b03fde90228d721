package summary

import (
	"fmt"

	"tlslab/results"
	"tlslab/results/stat"
)

// Summary is every cell's every metric.
type Summary struct {
	Header *results.Header
	// Cells are in the order of the file.
	Cells []Cell
	// Rows hold all metrics of the first cell in the order of the header, then those of the second, and so on.
	Rows []Row
}

// Row returns the row of Cells[cell] and Header.Metrics[metric].
func (s *Summary) Row(cell, metric int) *Row { return &s.Rows[cell*len(s.Header.Metrics)+metric] }

// Unfinished says, as a sentence, how far a run is from its end; empty where it has come to it, or where the header does
// not say what its end is.
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
	return fmt.Sprintf("The run is not finished: %d of %d cells have all of their %d replicates.", have, want, h.Replicates)
}

// Cell is one cell, its number of replicates and how they ended.
type Cell struct {
	// Levels holds a level of each factor, in the order of Header.Factors.
	Levels []string
	// N counts all replicates, Failed those whose outcome is not "ok".
	N, Failed int
	// Outcomes counts every outcome that occurred: "ok" first, then by falling count, then by name.
	Outcomes []results.Outcome
	// Baseline is the index in Summary.Cells of the cell that this one is compared with, or -1.
	Baseline int
}

// Row is one cell's one metric: an element of summary.json.
type Row struct {
	// Cell holds a level of each factor, in the order of Header.Factors.
	Cell   []string
	Metric string
	Unit   string
	// N counts all replicates of the cell, Failed those whose outcome is not "ok", Reached those that have this metric.
	// Everything below is over the Reached ones.
	N, Failed, Reached int
	Mean               stat.Interval
	SD                 float64
	Min, Max           float64
	P50, P90, P95, P99 stat.Interval
	// VsBaseline compares the cell with its baseline; nil for a baseline itself and where nothing is compared.
	VsBaseline *Comparison
}

// Censored reports whether the q-th quantile over all replicates, with those that did not reach the metric taken as
// later than any that did, has no finite value: whether its position among N values, q·(N−1) from 0, lies beyond the
// last of the Reached ones.
func (r *Row) Censored(q float64) bool {
	return q*float64(r.N-1) > float64(r.Reached-1)
}

// Constant reports whether all replicates that reached the metric gave the same value.
func (r *Row) Constant() bool { return r.Min == r.Max }

// Comparison is a cell measured against its baseline cell.
type Comparison struct {
	// Paired says that replicates of the same number and seed were compared one by one.
	Paired bool
	// Pairs is the number of pairs in which both replicates reached the metric; 0 where not Paired.
	Pairs int
	// Diff is the median of cell − baseline over the pairs, in the metric's unit, and Ratio that of cell / baseline; where
	// not Paired, the difference and the ratio of the medians. Ratio is stat.None where a value is negative.
	Diff, Ratio stat.Interval
	// P is the two-sided p-value of no difference, PHolm the same adjusted for all comparisons of this metric. NaN where
	// there was nothing to test: no pairs, or an exact metric.
	P, PHolm float64
	Verdict  Verdict
}

// Verdict is the answer of a comparison in one word.
type Verdict string

// The three verdicts.
const (
	Same      Verdict = "same"      // the interval of the ratio lies inside 1 ± margin
	Different Verdict = "different" // it lies wholly outside, and PHolm is below Alpha
	Undecided Verdict = "undecided" // neither: more replicates may tell
)

// Alpha is the level below which an adjusted p-value counts as a difference.
const Alpha = 0.05
