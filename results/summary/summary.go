// Package summary reduces samples.jsonl to one row for each cell and metric.
package summary

import (
	"errors"
	"io"

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

// Cell is one cell, its number of replicates and how they ended.
type Cell struct {
	// Levels holds a level of each factor, in the order of Header.Factors.
	Levels []string
	// N counts all replicates, Failed those whose outcome is not "ok".
	N, Failed int
	// Outcomes counts every outcome that occurred: "ok" first, then by falling count, then by name.
	Outcomes []Outcome
	// Baseline is the index in Summary.Cells of the cell that this one is compared with, or -1.
	Baseline int
}

// Outcome is a way in which replicates ended, and how many did.
type Outcome struct {
	Name string
	N    int
}

// Row is one cell's one metric: an element of summary.json.
type Row struct {
	Cell   []string // a level of each factor, in the order of Header.Factors
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

// Comparison is a cell measured against its baseline cell.
type Comparison struct {
	// Paired says that replicates of the same number and seed were compared one by one.
	Paired bool
	// Pairs is the number of pairs in which both replicates reached the metric; 0 where not Paired.
	Pairs int
	// Diff is the median of (cell − baseline) over the pairs, in the metric's unit; Ratio that of cell / baseline.
	Diff, Ratio stat.Interval
	// P is the two-sided p-value of no difference, PHolm the same adjusted for all comparisons of this metric. NaN where
	// nothing was random: both cells gave one value each.
	P, PHolm float64
	Verdict  Verdict
}

// Verdict is the answer of a comparison in one word.
type Verdict string

// The three verdicts.
const (
	Same      Verdict = "same"      // the interval of the ratio lies inside the margin
	Different Verdict = "different" // it lies wholly outside, and PHolm is below 0.05
	Undecided Verdict = "undecided" // neither: more replicates would tell
)

// Summarize reads every cell of f once, holding at most two cells at a time, and returns its summary.
func Summarize(f *results.File) (*Summary, error) { return nil, errors.ErrUnsupported }

// WriteJSON writes summary.json.
func WriteJSON(w io.Writer, s *Summary) error { return errors.ErrUnsupported }

// WriteCSV writes summary.csv.
func WriteCSV(w io.Writer, s *Summary) error { return errors.ErrUnsupported }
