// Package stopping decides when a cell of a run with a results.Target has enough replicates.
//
// A cell is looked at only at the end of a batch (results.Header.Batches), and only the replicates
// of its group decide. So the number of replicates follows from the header and the seeds alone. It
// does not depend on the number of cores or on interruptions.
//
// A group has the cells that are compared with each other (results.Header.Combination). Its cells
// get batches together, until each of them has ended. So they have the same number of replicates,
// and each replicate of a comparison is one of a pair. Without a comparison each cell is a group.
//
// # What it means for the intervals
//
// A run that may stop at several moments tends to stop when its interval happens to be narrow, so
// the interval covers the true value somewhat less often than 95 %. The difference vanishes as the
// target becomes narrower: Chow and Robbins, "On the asymptotic theory of fixed-width sequential
// confidence intervals for the mean", Annals of Mathematical Statistics 36 (1965), for means;
// Glynn and Whitt, "The asymptotic validity of sequential stopping rules for stochastic
// simulations", Annals of Applied Probability 2 (1992), for other statistics. A large first batch
// and batches that double keep it small: see the test of the coverage.
package stopping

import (
	"fmt"
	"math"

	"tlslab/results"
	"tlslab/results/effect"
	"tlslab/results/stat"
)

// Decision says whether a cell ends, and why.
type Decision uint8

// The decisions. All but Continue end the cell.
const (
	Continue Decision = iota // the interval is wider than the target
	Reached                  // the interval is within the target
	Capped                   // the interval is wider, but the cell has Target.Most replicates
	Absent                   // no replicate reached the metric, so there is no interval
)

// Decide decides on a cell at the end of a batch. replicates is the cell's number of replicates,
// interval that of the target's statistic.
func Decide(t *results.Target, replicates int, interval stat.Interval) Decision {
	switch {
	case math.IsNaN(interval.Value):
		return Absent
	case HalfWidth(interval) <= t.Relative:
		return Reached
	case replicates >= t.Most:
		return Capped
	}
	return Continue
}

// HalfWidth returns the distance between a value and the end of its interval that is farther away,
// as a fraction of the value. It is +Inf if the interval has no bound on a side, or if the value is
// 0 and the interval has other values. It is rounded to 12 digits, so that the machine does not
// influence the decision (see stat.Rounded).
func HalfWidth(i stat.Interval) float64 {
	farther := max(i.Hi-i.Value, i.Value-i.Lo)
	if farther == 0 {
		return 0
	}
	return stat.Rounded(farther / math.Abs(i.Value))
}

// Interval returns the target's statistic. sorted holds the values of the target's metric in
// ascending order, without the replicates that did not reach it. It returns an error if the
// statistic is not one of results.Statistics.
func Interval(t *results.Target, sorted []float64) (stat.Interval, error) {
	statistic, ok := effect.ParseStatistic(t.Statistic)
	if !ok {
		return stat.None, fmt.Errorf("target: unknown statistic %q", t.Statistic)
	}
	if p, ok := statistic.Probability(); ok {
		return stat.QuantileInterval(sorted, p), nil
	}
	return stat.Describe(sorted).Mean, nil
}
