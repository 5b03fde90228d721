package results

import (
	"fmt"
	"math"
	"slices"
)

// Validate returns what makes the header unusable: another schema, a missing or repeated name, a factor without levels,
// a comparison with something that the header does not name.
func (h *Header) Validate() error {
	if h.Schema != Schema {
		return fmt.Errorf("schema %d: this version reads schema %d only", h.Schema, Schema)
	}
	if err := h.validateFactors(); err != nil {
		return err
	}
	if err := h.validateMetrics(); err != nil {
		return err
	}
	return h.validateCompare()
}

func (h *Header) validateFactors() error {
	for i, f := range h.Factors {
		switch {
		case f.Name == "":
			return fmt.Errorf("factor %d has no name", i+1)
		case h.Factor(f.Name) != i:
			return fmt.Errorf("factor %q is named twice", f.Name)
		case len(f.Levels) == 0:
			return fmt.Errorf("factor %q has no levels", f.Name)
		case f.Shown != nil && len(f.Shown.Levels) != len(f.Levels):
			return fmt.Errorf("factor %q has %d levels but is shown as %q with %d", f.Name, len(f.Levels), f.Shown.Name, len(f.Shown.Levels))
		}
		for j, l := range f.Levels {
			if slices.Index(f.Levels, l) != j {
				return fmt.Errorf("factor %q has the level %q twice", f.Name, l)
			}
		}
	}
	return nil
}

func (h *Header) validateMetrics() error {
	if len(h.Metrics) == 0 {
		return fmt.Errorf("no metrics")
	}
	for i, m := range h.Metrics {
		switch {
		case m.Name == "":
			return fmt.Errorf("metric %d has no name", i+1)
		case h.Metric(m.Name) != i:
			return fmt.Errorf("metric %q is named twice", m.Name)
		case m.Unit == "":
			return fmt.Errorf("metric %q has no unit (a count has unit %q)", m.Name, UnitCount)
		case m.Better < -1 || m.Better > 1:
			return fmt.Errorf("metric %q: better is %d, not -1 (lower), 0 or 1 (higher)", m.Name, m.Better)
		case m.PartOf != "" && h.Metric(m.PartOf) < 0:
			return fmt.Errorf("metric %q is part of %q, which is not a metric", m.Name, m.PartOf)
		}
	}
	return nil
}

func (h *Header) validateCompare() error {
	c := h.Compare
	if c == nil {
		return nil
	}
	f := h.Factor(c.Factor)
	switch {
	case f < 0:
		return fmt.Errorf("compare: %q is not a factor", c.Factor)
	case !slices.Contains(h.Factors[f].Levels, c.Baseline):
		return fmt.Errorf("compare: baseline %q is not a level of %q", c.Baseline, c.Factor)
	case c.Metric != "" && h.Metric(c.Metric) < 0:
		return fmt.Errorf("compare: %q is not a metric", c.Metric)
	case !(c.Margin >= 0) || math.IsInf(c.Margin, 0):
		return fmt.Errorf("compare: margin %v is not a fraction of at least 0", c.Margin)
	}
	return nil
}
