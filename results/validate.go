package results

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Validate returns an error if the schema is not Schema, or a name is missing or repeated. It
// returns an error if a factor has no levels, or values or traits of another number of levels. It
// returns an error if a cell, a note, the comparison or the target names a level, cell, factor,
// metric or statistic that does not exist.
func (h *Header) Validate() error {
	if err := CheckSchema(h.Schema, Schema); err != nil {
		return err
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
	if err := h.validateNotes(); err != nil {
		return err
	}
	if err := h.validateTarget(); err != nil {
		return err
	}
	return h.validateCompare()
}

// CheckSchema returns an error that says what to do if the schema of a file is not the one that
// this version reads.
func CheckSchema(schema, want int) error {
	switch {
	case schema < want:
		return fmt.Errorf("schema %d: an earlier version of tlslab wrote it, and this version reads schema %d only: run the scenario again into another folder", schema, want)
	case schema > want:
		return fmt.Errorf("schema %d: a later version of tlslab wrote it, and this version reads schema %d only: read it with that version", schema, want)
	}
	return nil
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
		}
		for j, l := range f.Levels {
			if slices.Index(f.Levels, l) != j {
				return fmt.Errorf("factor %q has the level %q twice", f.Name, l)
			}
		}
		if err := f.validateLevels(); err != nil {
			return fmt.Errorf("factor %q has %w", f.Name, err)
		}
	}
	return nil
}

// validateLevels checks the factor's values and traits. Its error continues "factor … has".
func (f *Factor) validateLevels() error {
	if f.Values != nil && len(f.Values) != len(f.Levels) {
		return fmt.Errorf("%d levels but %d values", len(f.Levels), len(f.Values))
	}
	for i, t := range f.Traits {
		switch {
		case t.Name == "":
			return fmt.Errorf("a trait %d without a name", i+1)
		case slices.IndexFunc(f.Traits, func(other Trait) bool { return other.Name == t.Name }) != i:
			return fmt.Errorf("the trait %q twice", t.Name)
		case len(t.Levels) != len(f.Levels):
			return fmt.Errorf("%d levels but the trait %q has %d", len(f.Levels), t.Name, len(t.Levels))
		case t.Values != nil && len(t.Values) != len(f.Levels):
			return fmt.Errorf("%d levels but the trait %q has %d values", len(f.Levels), t.Name, len(t.Values))
		}
	}
	return nil
}

func (h *Header) validateNotes() error {
	for i, n := range h.Notes {
		if n.Text == "" {
			return fmt.Errorf("note %d has no text", i+1)
		}
		last := -1
		for _, c := range n.Cells {
			if c <= last || c >= len(h.Cells) {
				return fmt.Errorf("note %d: the cells %d are not indices of the %d cells in rising order", i+1, n.Cells, len(h.Cells))
			}
			last = c
		}
	}
	return nil
}

func (h *Header) validateTarget() error {
	t := h.Target
	switch {
	case t == nil:
		return nil
	case h.Metric(t.Metric) < 0:
		return fmt.Errorf("target: %q is not a metric", t.Metric)
	case !slices.Contains(Statistics, t.Statistic):
		return fmt.Errorf("target: %q is not one of %s", t.Statistic, strings.Join(Statistics, ", "))
	case !(t.Relative > 0) || math.IsInf(t.Relative, 0):
		return fmt.Errorf("target: relative half-width %v is not a fraction above 0", t.Relative)
	case t.Most < 1 || t.Most != h.Replicates:
		return fmt.Errorf("target: at most %d replicates, but the header has %d", t.Most, h.Replicates)
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
		key := CellKey(c.Levels)
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
