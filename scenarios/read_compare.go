package scenarios

import (
	"tlslab/scenarios/document"
)

// HeadlineMetric is compared where a scenario does not say what.
const HeadlineMetric = "handshake"

var compareNames = []string{"factor", "baseline", "margin", "metric"}

// readCompare reads compare: {factor: tls.kind, baseline: full, margin: 2%, metric: handshake}.
func (r *reader) readCompare(s *Scenario, n *document.Node) {
	values := r.mapping(n, compareNames)
	c := &Compare{Margin: DefaultMargin, Metric: HeadlineMetric}
	if f := r.compareFactor(s, n, values["factor"]); f != nil {
		c.Factor = f.Name
		c.Baseline = r.compareBaseline(f, n, values["baseline"])
	}
	if v := values["margin"]; v != nil {
		if err := (fraction{&c.Margin}).read(v); err != nil {
			r.addError("margin", err)
		}
	}
	if v := values["metric"]; v != nil {
		if err := (enum{&c.Metric, vocabulary{"a metric", MetricNames()}}).read(v); err != nil {
			r.addError("metric", err)
		}
	}
	s.Compare = c
}

// compareFactor finds the factor that is compared, or nil.
func (r *reader) compareFactor(s *Scenario, compare, n *document.Node) *Factor {
	switch {
	case len(s.Factors) == 0:
		r.addf(compare, "compare: the scenario has no factors, of which one could be compared")
		return nil
	case n == nil:
		r.addf(compare, "compare has no factor: one of %s", shortList(s.factorNames()))
		return nil
	}
	name, err := n.Scalar()
	if err != nil {
		r.addError("factor", err)
		return nil
	}
	f := s.factor(name)
	if f == nil {
		r.addf(n, "compare: %q is not a factor of this scenario%s: %s", name,
			didYouMean(name, s.factorNames()), shortList(s.factorNames()))
	}
	return f
}

// compareBaseline finds the level that the others are compared with.
func (r *reader) compareBaseline(f *Factor, compare, n *document.Node) string {
	if n == nil {
		r.addf(compare, "compare has no baseline: one of %s", shortList(f.levelNames()))
		return ""
	}
	level, err := n.Scalar()
	if err != nil {
		r.addError("baseline", err)
		return ""
	}
	r.checkLevel("compare", n, f, level)
	return level
}
