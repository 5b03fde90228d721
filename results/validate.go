package results

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Validate returns an error if the schema is not Schema, a name is missing or repeated, a factor
// has no levels, a cell's levels are not levels of the factors, or the comparison names a factor,
// level or metric that the header does not have.
func (h *Header) Validate() error {
	if h.Schema != Schema {
		return fmt.Errorf("schema %d: this version of tlslab reads schema %d only", h.Schema, Schema)
	}
	if err := h.validateFactors(); err != nil {
		return err
	}
	if err := h.validateMetrics(); err != nil {
		return err
	}
	if err := h.validateCells(); err != nil {
		return err
	}
	if err := h.validateColumns(); err != nil {
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

func (h *Header) validateCells() error {
	seen := map[string]bool{}
	for i, c := range h.Cells {
		if len(c.Levels) != len(h.Factors) {
			return fmt.Errorf("cell %d has %d levels for %d factors", i+1, len(c.Levels), len(h.Factors))
		}
		for k, level := range c.Levels {
			if !slices.Contains(h.Factors[k].Levels, level) {
				return fmt.Errorf("cell %d: %q is not a level of factor %q", i+1, level, h.Factors[k].Name)
			}
		}
		key := strings.Join(c.Levels, "\x00")
		if seen[key] {
			return fmt.Errorf("cell %v is named twice", c.Levels)
		}
		seen[key] = true
	}
	return nil
}

// The names of the columns that are neither a factor's nor a metric's.
const (
	ColumnReplicate = "replicate"
	ColumnOutcome   = "outcome"
	ColumnHash      = "hash"
)

// Columns returns the names of the samples' columns in order: one for each factor, the replicate's
// number, its outcome, one for each metric, the hash of the replicate's events. If a factor has the
// name of another column, its own is factor.NAME.
func (h *Header) Columns() []string {
	names := []string{ColumnReplicate, ColumnOutcome}
	for _, m := range h.Metrics {
		names = append(names, m.Name)
	}
	names = append(names, ColumnHash)
	var factors []string
	for _, f := range h.Factors {
		name := f.Name
		if slices.Contains(names, name) {
			name = "factor." + name
		}
		factors = append(factors, name)
	}
	return append(factors, names...)
}

func (h *Header) validateColumns() error {
	seen := map[string]bool{}
	for _, name := range h.Columns() {
		if seen[name] {
			return fmt.Errorf("two columns of the samples have the name %q", name)
		}
		seen[name] = true
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
