// Package effect compares two columns of observations: how far the median, the 95th and the 99th
// percentile and the mean of one side are from those of the other, how sure that is, and whether
// the difference matters.
//
//	values by replicate ─► Column ─┬─► quantiles of resamples ─► ratio, difference, interval
//	                               ├─► exact test at the pooled quantile ─► p-value
//	                               └─► mean: t interval, Fieller's interval, t-test
//
// An effect is the ratio, and the difference, of the same statistic of both sides. Each statistic
// is over all replicates of its side that reached the metric.
//
// Replicates of the same number are pairs. The bootstrap draws replicate numbers, so both sides of
// a resample have the same replicates, and what they have in common cancels out. All methods below
// have the distribution of the bootstrap that draws every replicate one by one, but for resamples
// with a quantile beyond its window (see reach):
//
//   - Up to 32,767 replicates, resamples are drawn once for each number of replicates, and counted
//     eight at a time (resample.go).
//   - With more, only pairs with a value near the quantile are drawn one by one (window.go).
//   - Columns without pairs are resampled by drawing ranks (independent.go).
//
// A bound is infinite if too few values lie beyond the quantile. A resample has no values beyond
// the observed ones, so the bootstrap's own bound would then be much too close.
package effect

import (
	"slices"

	"tlslab/results/stat"
)

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

// ParseStatistic is the inverse of Statistic.String. ok is false for any other text.
func ParseStatistic(text string) (s Statistic, ok bool) {
	at := slices.Index(statisticNames[:], text)
	return Statistic(max(at, 0)), at >= 0
}

// Probability returns p of a statistic that is the p-th quantile. ok is false for the mean.
func (s Statistic) Probability() (p float64, ok bool) {
	if s == Mean {
		return 0, false
	}
	return probabilities[s], true
}

// Comparison compares a column with another column, the baseline.
type Comparison struct {
	// Paired reports whether replicates of the same number and seed were compared in pairs.
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
