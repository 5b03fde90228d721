// Package compare holds the comparison of an old side with one or more new sides, and writes it for
// terminals, pull requests, scripts and browsers.
//
//	two or more results.Source ─► Runs ──────────────┐
//	Go benchmark files ─► results/benchcompare ──────┴► Document ─► text, Markdown, CSV, JSON, HTML
//
// A Document has a Table for each metric and statistic. A table has a row for each cell of the
// experiment or each benchmark, and a column for each side; the first side is the old one.
package compare

import (
	"tlslab/results"
	"tlslab/results/effect"
	"tlslab/results/gate"
	"tlslab/results/stat"
)

// Document is a comparison.
type Document struct {
	// Benchmarks says that the inputs are Go benchmark files and not runs.
	Benchmarks bool
	// Inputs are the labels of the inputs.
	Inputs []string
	// Settings are the settings that differ between the inputs.
	Settings []Difference
	// Facts say in sentences what was compared. Warnings say what readers must know before they
	// trust it.
	Facts, Warnings []string
	// Columns are the names of all sides, the old one first.
	Columns []string
	Tables  []Table
	// Differing lists the metrics of which a value differs within a pair. It is empty for
	// benchmarks, and for runs without common seeds.
	Differing []Differing
	Missing   []Missing
	// Gate is nil without a gate.
	Gate *Gate
}

// Difference is a setting that differs. Values holds the value of each input, "" if an input lacks
// the setting.
type Difference struct {
	Name   string
	Values []string
}

// Differing counts the values of a metric that differ within their pair.
type Differing struct {
	Metric, Column string
	// Cells of AllCells have Values of AllValues that differ.
	Cells, AllCells, Values, AllValues int
}

// Missing is a comparison that one side lacks. The row "*" is every cell, the metric "*" every
// metric.
type Missing struct {
	Row, Metric string
	// Column is the side that lacks it.
	Column string
}

// Gate is the result of the expressions of a gate.
type Gate struct {
	Expressions []*gate.Expression
	Checks      []gate.Check
}

// Of returns the checks of one expression.
func (g *Gate) Of(e *gate.Expression) []gate.Check {
	var all []gate.Check
	for _, c := range g.Checks {
		if c.Expression == e {
			all = append(all, c)
		}
	}
	return all
}

// Met reports whether every check passed.
func (g *Gate) Met() bool {
	for i := range g.Checks {
		if g.Checks[i].Outcome != gate.Passed {
			return false
		}
	}
	return true
}

// Table compares one statistic of one metric.
type Table struct {
	// Config is what all rows have in common: the file configuration of benchmarks.
	Config       []results.Setting
	Metric, Unit string
	// Statistic is "p50", "p95", "p99", "mean", "median" or "exact".
	Statistic string
	// Better is that of results.Metric. Part says that the metric is a part of another one.
	Better  int
	Part    bool
	Columns []string
	Rows    []Row
	// Geomean has a geometric mean of each column; it is nil for runs.
	Geomean []Geomean
}

// Row is a cell of the experiment or a benchmark.
type Row struct {
	// Name is the benchmark's name, or the levels of the cell.
	Name string
	// Sides are in the order of Table.Columns. A side is nil if it lacks the row.
	Sides []*Side
}

// Side is one side of a comparison.
type Side struct {
	// N is the number of values.
	N     int
	Value stat.Interval
	// Change compares this side with the first. It is nil for the first, and without a first.
	Change *Change
	// Benchstat is nil for runs.
	Benchstat *Benchstat
}

// Benchstat is what benchstat prints about a side of a benchmark.
type Benchstat struct {
	// Spread is the larger distance from Value to a bound of its interval, as a percentage.
	Spread string
	// Warnings are about the values.
	Warnings []string
	// Delta is the change as a percentage, or "~" if it is not significant. It is empty for a side
	// that is not compared, as are Test and ChangeWarnings.
	Delta string
	// Test is the p-value and the numbers of values.
	Test string
	// ChangeWarnings are about the comparison.
	ChangeWarnings []string
}

// Change is the change from the first side.
type Change struct {
	// Ratio is the new value divided by the old one.
	Ratio stat.Interval
	// Diff is the new value minus the old one. It is not set for benchmarks.
	Diff stat.Interval
	// P is the p-value, PHolm the one that Holm's method adjusted. They are NaN without a test.
	P, PHolm float64
	// Paired says that replicates of the same number and seed were compared in pairs.
	Paired bool
	// Verdict says whether the change is significant.
	Verdict effect.Verdict
}

// Geomean is the geometric mean of a column.
type Geomean struct {
	// Value is the mean of the values, Ratio that of the ratios to the first column. NaN: there is
	// none.
	Value, Ratio float64
	Warnings     []string
}
