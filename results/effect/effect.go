// Package effect compares two columns of observations: how far the median, the 95th and the 99th
// percentile and the mean of one side are from those of the other, how sure that is, and whether
// the difference matters.
package effect

import "tlslab/results/stat"

// Statistic is a statistic of a column of which two sides are compared.
type Statistic uint8

// The statistics. NumStatistics is their number.
const (
	P50 Statistic = iota
	P95
	P99
	Mean
	NumStatistics
)

// Statistics lists all statistics.
var Statistics = [NumStatistics]Statistic{P50, P95, P99, Mean}

var statisticNames = [NumStatistics]string{"p50", "p95", "p99", "mean"}

// String returns "p50", "p95", "p99" or "mean".
func (s Statistic) String() string { return statisticNames[s] }

// Comparison compares a column with another column, the baseline.
type Comparison struct {
	// Paired reports that replicates of the same number and seed were compared in pairs.
	Paired bool
	// Pairs is the number of pairs in which both replicates reached the metric. It is 0 if Paired
	// is false.
	Pairs int
	// Method is how the intervals were computed.
	Method  Method
	Effects [NumStatistics]Effect
}

// At returns the effect on a statistic.
func (c *Comparison) At(s Statistic) *Effect { return &c.Effects[s] }

// Effect is the effect on one statistic.
type Effect struct {
	// Ratio is the statistic of the column divided by that of the baseline. Diff is the statistic
	// of the column minus that of the baseline, in the metric's unit. Ratio is stat.None if a value
	// is negative.
	Ratio, Diff stat.Interval
	// P is the two-sided p-value of the null hypothesis that there is no difference. PHolm is P
	// adjusted by Holm's method for all comparisons and statistics of this metric. Both are NaN if
	// there is no test: for values that are known exactly, and if Diff has no bound.
	P, PHolm float64
	Verdict  Verdict
}

// Method is how the intervals of a comparison were computed.
type Method string

// The methods.
const (
	Exact                Method = "exact"                 // both columns are constant, and exact
	PairedBootstrap      Method = "paired bootstrap"      // resampling of replicate numbers
	IndependentBootstrap Method = "independent bootstrap" // resampling of each column
)
