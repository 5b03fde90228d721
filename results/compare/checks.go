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
		known := e.Kind == gate.Failed && e.Metric == ""
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
func (w *worker) check(f *found, p *partner, metric, cell int) {
	m := &w.comparison.old.Metrics[metric]
	for _, e := range w.options.Expressions {
		if e.Matches(m.Name) && !(e.Kind == gate.Failed && e.Metric == "") {
			check := gate.Check{Expression: e, Where: cellName(w.comparison.old, w.cells[cell].Levels), New: p.Label, Metric: m.Name, Unit: m.Unit, P: math.NaN(),
				OldN: f.old.reached, NewN: f.new.reached}
			w.fill(&check, f, p)
			f.checks = append(f.checks, check)
		}
	}
}

// fill sets the values, the change and the p-value of a check.
func (w *worker) fill(check *gate.Check, f *found, p *partner) {
	e := check.Expression
	switch e.Kind {
	case gate.Changed:
		check.Differing, check.Compared = f.differing, f.compared
		return
	case gate.Failed:
		s := f.unreachedShare()
		s.check(check)
		return
	}
	switch {
	case f.old.reached == 0 && f.new.reached == 0:
		// A metric that no replicate has, such as the time of a retransmission that never happens.
		check.Change = stat.Point(0)
		return
	case f.old.reached == 0:
		check.Missing = fmt.Sprintf("no replicate of %s reached %s", w.runs[0].Label, check.Metric)
		return
	case f.new.reached == 0:
		check.Missing = fmt.Sprintf("no replicate of %s reached %s", p.Label, check.Metric)
		return
	}
	found := w.effect(e, f)
	check.P, check.Change = found.P, e.Change(found)
	if e.Kind == gate.Mean {
		check.OldValue, check.NewValue = f.old.values[effect.Mean].Value, f.new.values[effect.Mean].Value
		return
	}
	check.OldValue, check.NewValue = stat.Quantile(w.old.Sorted(), e.Q), stat.Quantile(w.new.Sorted(), e.Q)
	if math.IsInf(check.Change.Lo, 0) || math.IsInf(check.Change.Hi, 0) {
		check.Note = fmt.Sprintf("an interval of %s wants at least %d replicates on each side", e.Statistic(), stat.LeastReplicates(e.Q))
	}
}

// effect is the effect on the statistic of an expression.
func (w *worker) effect(e *gate.Expression, f *found) *effect.Effect {
	if e.Kind == gate.Mean {
		return f.comparison.At(effect.Mean)
	}
	for of, q := range quantiles {
		if e.Q == q {
			return f.comparison.At(of)
		}
	}
	if f.comparison.Method == effect.Exact {
		return f.comparison.At(effect.P50) // of exact values all quantiles are the same
	}
	other := w.comparer.Quantile(w.new, w.old, e.Q, f.comparison.Paired)
	return &other
}

// checks lists the checks of each expression: first one that fails for each comparison that a side
// lacks, then those of the failures, or those of each metric and cell.
func (c *comparison) checks() ([]gate.Check, error) {
	var all []gate.Check
	for _, e := range c.options.Expressions {
		for _, p := range c.partners {
			for _, m := range p.missing {
				if m.Metric == everyMetric || e.Matches(m.Metric) {
					all = append(all, gate.Check{Expression: e, Where: m.Row, New: p.Label, Metric: m.Metric, P: math.NaN(), Missing: m.sentence()})
				}
			}
		}
		if e.Kind == gate.Failed && e.Metric == "" {
			for i, p := range c.partners {
				for cell := range c.cells {
					if !c.compared(i, cell) {
						continue
					}
					s, err := c.failures(i, cell)
					if err != nil {
						return nil, err
					}
					check := gate.Check{Expression: e, Where: cellName(c.old, c.cells[cell].Levels), New: p.Label, Metric: "failed"}
					s.check(&check)
					all = append(all, check)
				}
			}
			continue
		}
		for metric := range c.found {
			for i := range c.partners {
				for _, f := range c.found[metric][i] {
					if f == nil {
						continue
					}
					for _, check := range f.checks {
						if check.Expression == e {
							all = append(all, check)
						}
					}
				}
			}
		}
	}
	return all, nil
}

// compared reports whether a cell of a new run was compared.
func (c *comparison) compared(partner, cell int) bool {
	for metric := range c.found {
		if c.found[metric][partner][cell] != nil {
			return true
		}
	}
	return false
}
