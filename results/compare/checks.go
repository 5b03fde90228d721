package compare

import (
	"fmt"
	"math"
	"strings"

	"tlslab/results/effect"
	"tlslab/results/gate"
	"tlslab/results/stat"
)

// ExpressionError is an expression that does not fit the runs.
type ExpressionError struct{ Reason string }

func (e *ExpressionError) Error() string { return e.Reason }

// checkExpressions returns an ExpressionError if an expression is about no metric of any run, or if
// its amount is in another unit.
func (c *comparison) checkExpressions() error {
	for _, e := range c.options.Expressions {
		known := ofCells(e)
		var names []string
		for _, r := range c.runs {
			for _, m := range r.Source.Header().Metrics {
				names = append(names, m.Name)
				if !e.Matches(m.Name) {
					continue
				}
				known = true
				if _, class := gate.MetricUnit(m.Unit); e.Kind != gate.Changed && e.Class != gate.Relative && e.Class != class {
					return &ExpressionError{fmt.Sprintf("%s: the amount is not in a unit of %s, which is in %s", e.Text, m.Name, m.Unit)}
				}
			}
		}
		if !known {
			shown := names[:len(c.old.Metrics)]
			return &ExpressionError{fmt.Sprintf("%s: no metric is called %s, only %s", e.Text, e.Metric, strings.Join(shown, ", "))}
		}
	}
	return nil
}

// check adds the checks of a cell's metric.
func (w *worker) check(m *metricComparison, r *matchedRun, metric, cell int) {
	of := &w.comparison.old.Metrics[metric]
	for _, e := range w.options.Expressions {
		if e.Matches(of.Name) && !ofCells(e) {
			check := gate.Check{Expression: e, Row: w.names[cell], Column: r.Label, Metric: of.Name, Unit: of.Unit, P: math.NaN(),
				OldN: m.old.reached, NewN: m.new.reached}
			w.fill(&check, m, r)
			m.checks = append(m.checks, check)
		}
	}
}

// ofCells reports whether an expression is about the failed replicates of a cell and not about a
// metric.
func ofCells(e *gate.Expression) bool { return e.Kind == gate.Failed && e.Metric == "" }

// fill sets the values, the change and the p-value of a check.
func (w *worker) fill(check *gate.Check, m *metricComparison, r *matchedRun) {
	e := check.Expression
	switch e.Kind {
	case gate.Changed:
		check.Differing, check.Compared = m.differing, m.compared
		return
	case gate.Failed:
		s := m.unreachedShare()
		s.check(check)
		return
	}
	switch {
	case m.old.reached == 0 && m.new.reached == 0:
		// A metric that no replicate has, such as the time of a retransmission that never happens.
		check.Change = stat.Point(0)
		return
	case m.old.reached == 0:
		check.Missing = fmt.Sprintf("no replicate of %s reached %s", w.runs[0].Label, check.Metric)
		return
	case m.new.reached == 0:
		check.Missing = fmt.Sprintf("no replicate of %s reached %s", r.Label, check.Metric)
		return
	}
	found := w.effect(e, m)
	check.P, check.Change = found.P, e.Change(found)
	if e.Kind == gate.Mean {
		check.OldValue, check.NewValue = m.old.values[effect.Mean].Value, m.new.values[effect.Mean].Value
		return
	}
	check.OldValue, check.NewValue = stat.Quantile(w.old.Sorted(), e.Q), stat.Quantile(w.new.Sorted(), e.Q)
	if math.IsInf(check.Change.Lo, 0) || math.IsInf(check.Change.Hi, 0) {
		check.Note = fmt.Sprintf("both bounds of the interval of %s need at least %d replicates on each side", e.Statistic(), stat.LeastReplicates(e.Q))
	}
}

// effect is the effect on the statistic of an expression.
func (w *worker) effect(e *gate.Expression, m *metricComparison) *effect.Effect {
	if e.Kind == gate.Mean {
		return m.effects.At(effect.Mean)
	}
	for _, of := range effect.Statistics {
		if p, ok := of.Probability(); ok && e.Q == p {
			return m.effects.At(of)
		}
	}
	if m.effects.Method == effect.Exact {
		return m.effects.At(effect.P50) // of exact values all quantiles are the same
	}
	var other effect.Effect
	if m.effects.Paired {
		other = w.comparer.PairedQuantile(w.new, w.old, e.Q)
	} else {
		other = w.comparer.IndependentQuantile(w.new, w.old, e.Q)
	}
	return &other
}

// checks lists the checks of each expression: first one that fails for each comparison that a side
// lacks, then those of the failures, or those of each metric and cell.
func (c *comparison) checks() ([]gate.Check, error) {
	var all []gate.Check
	for i, e := range c.options.Expressions {
		for _, r := range c.new {
			for _, m := range r.missing {
				if m.Metric == everyMetric || e.Matches(m.Metric) {
					all = append(all, gate.Check{Expression: e, Row: m.Row, Column: r.Label, Metric: m.Metric, P: math.NaN(), Missing: m.sentence()})
				}
			}
		}
		if ofCells(e) {
			ofFailures, err := c.failureChecks(e)
			if err != nil {
				return nil, err
			}
			all = append(all, ofFailures...)
		}
		for metric := range c.results {
			all = append(all, c.results[metric].checks[i]...)
		}
	}
	return all, nil
}

// failureChecks are the checks of an expression about the failed replicates of a cell.
func (c *comparison) failureChecks(e *gate.Expression) ([]gate.Check, error) {
	var all []gate.Check
	for _, r := range c.new {
		for cell := range c.cells {
			if !r.compared[cell] {
				continue
			}
			s, err := c.failures(r, cell)
			if err != nil {
				return nil, err
			}
			check := gate.Check{Expression: e, Row: c.names[cell], Column: r.Label, Metric: "failed"}
			s.check(&check)
			all = append(all, check)
		}
	}
	return all, nil
}
