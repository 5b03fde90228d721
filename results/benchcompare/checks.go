package benchcompare

import (
	"fmt"
	"math"
	"strings"

	"golang.org/x/perf/benchproc"
	"golang.org/x/perf/benchunit"

	"tlslab/results/effect"
	"tlslab/results/gate"
	"tlslab/results/stat"
)

// Checks lists what the expressions of a gate judge: for each expression, each row of each table of
// a unit that it names, and each column but the first. It returns an error if an expression is not
// about any unit, or not about benchmarks.
func (c *Comparison) Checks(expressions []*gate.Expression) ([]gate.Check, error) {
	if len(c.cols) < 2 {
		return nil, fmt.Errorf("there is one side only, %s: name two files, or compare the values of a key with --col", c.cols[0].StringValues())
	}
	var all []gate.Check
	for _, e := range expressions {
		if e.Kind == gate.Failed {
			return nil, fmt.Errorf("%s: a benchmark file does not say how many runs failed: use it with the folders of runs", e.Text)
		}
		known := false
		for _, t := range c.tables {
			if !e.Matches(t.unit) && !e.Matches(untidied(t.unit)) {
				continue
			}
			known = true
			if _, class := gate.MetricUnit(t.unit); e.Kind != gate.Changed && e.Class != gate.Relative && e.Class != class {
				return nil, fmt.Errorf("%s: the amount is not in a unit of %s", e.Text, t.unit)
			}
			for _, row := range t.rows {
				for _, col := range c.cols[1:] {
					all = append(all, c.check(e, t, row, col))
				}
			}
		}
		if !known {
			return nil, fmt.Errorf("%s: no unit is called %s, only %s", e.Text, e.Metric, strings.Join(c.Units(), ", "))
		}
	}
	return all, nil
}

// untidied is the unit that go test prints for a tidied one: ns/op for sec/op.
func untidied(unit string) string {
	for _, printed := range []string{"ns/op", "MB/s"} {
		if _, tidy := benchunit.Tidy(1, printed); tidy == unit {
			return printed
		}
	}
	return unit
}

func (c *Comparison) check(e *gate.Expression, t *unitTable, row, col benchproc.Key) gate.Check {
	check := gate.Check{Expression: e, Row: row.StringValues(), Column: col.StringValues(), Metric: t.unit, Unit: t.unit, P: math.NaN()}
	old, new := t.samples[rowColumn{row, c.cols[0]}], t.samples[rowColumn{row, col}]
	for _, side := range []struct {
		m   *measured
		col benchproc.Key
	}{{old, c.cols[0]}, {new, col}} {
		if side.m == nil {
			check.Missing = fmt.Sprintf("%s has no %s of this benchmark", side.col.StringValues(), t.unit)
			return check
		}
	}
	x, y := new.sample.Values, old.sample.Values
	check.OldN, check.NewN = len(y), len(x)
	switch {
	case e.Kind == gate.Changed:
		check.Compared = len(x)
		for _, v := range x {
			if v != y[0] || y[0] != y[len(y)-1] {
				check.Differing++
			}
		}
	case t.exact(new, old):
		check.OldValue, check.NewValue = y[0], x[0]
		known := effect.Known(x[0], y[0], false, 0)
		check.Change = e.Change(known.At(effect.Mean))
	default:
		compareValues(&check, x, y)
	}
	return check
}

// compareValues compares a statistic of two samples in ascending order. The p-value of the median
// is that of the Mann–Whitney test, as in the table.
func compareValues(check *gate.Check, x, y []float64) {
	e := check.Expression
	var found effect.Effect
	if e.Kind == gate.Mean {
		all := effect.Independent(x, y, seed)
		found = *all.At(effect.Mean)
		check.OldValue, check.NewValue = stat.Describe(y).Mean.Value, stat.Describe(x).Mean.Value
		check.Note = "the mean has no interval with fewer than 2 values on a side, or 6 if all are the same"
	} else {
		found = quantileEffect(x, y, e.Q)
		check.OldValue, check.NewValue = stat.Quantile(y, e.Q), stat.Quantile(x, e.Q)
		check.Note = fmt.Sprintf("both bounds of the interval of %s need at least %d values on each side", e.Statistic(), stat.LeastReplicates(e.Q))
	}
	check.Change, check.P = e.Change(&found), found.P
	if e.Kind == gate.Quantile && e.Q == 0.5 {
		check.P = rankSum(y, x)
	}
	if !math.IsInf(check.Change.Lo, 0) && !math.IsInf(check.Change.Hi, 0) {
		check.Note = ""
	}
}

// seed is that of the bootstrap of benchmarks.
const seed = 1

// quantileEffect is the effect on a quantile of independent samples.
func quantileEffect(x, y []float64, q float64) effect.Effect {
	var new, old effect.Column
	new.Set(x)
	old.Set(y)
	return effect.NewComparer(seed, effect.NewResamples()).IndependentQuantile(&new, &old, q)
}
