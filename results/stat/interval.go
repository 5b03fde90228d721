// Package stat holds the statistics of the lab.
package stat

// Confidence is the level of every interval of the lab.
const Confidence = 0.95

// QuantileDefinition names the one definition of a sample quantile that the lab uses.
const QuantileDefinition = "Hyndman–Fan type 7"

// Interval is an estimate with its two-sided 95 % confidence interval. NaN stands for "no such number" (nothing was
// observed), ±Inf for an unbounded side. JSON has null for both.
type Interval struct {
	Value, Lo, Hi float64
}
