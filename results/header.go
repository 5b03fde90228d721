package results

import (
	"fmt"
	"math"
	"slices"
)

// Schema is the version of samples.jsonl that this package writes and reads.
const Schema = 1

// Header is the first line of samples.jsonl: what was varied, what was measured, and how to compare it.
type Header struct {
	Schema   int    `json:"schema"`
	Scenario string `json:"scenario"`
	// Title is the question that the scenario asks, as a person would put it.
	Title   string `json:"title,omitempty"`
	Version string `json:"version,omitempty"`
	// Seed is the root seed from which every replicate's seed is derived.
	Seed uint64 `json:"seed"`
	// Replicates is how many observations each cell has in a finished run.
	Replicates int      `json:"replicates,omitempty"`
	Factors    []Factor `json:"factors"`
	Compare    *Compare `json:"compare,omitempty"`
	Metrics    []Metric `json:"metrics"`
}

// Factor is one thing that is varied. Levels are in the order in which a table shows them.
type Factor struct {
	Name   string   `json:"name"`
	Label  string   `json:"label,omitempty"`
	Levels []string `json:"levels"`
	Shown  *Shown   `json:"shown_as,omitempty"`
}

// Shown is how tables and plots show a factor where its own levels are not what readers think in: a one-way delay of
// 25ms shown as a round-trip time of 50ms. Levels stand in the order of the factor's.
type Shown struct {
	Name   string   `json:"name"`
	Levels []string `json:"levels"`
}

// Compare says which level of which factor all others are measured against.
type Compare struct {
	Factor   string `json:"factor"`
	Baseline string `json:"baseline"`
	// Metric is the headline metric: the one whose comparison answers the title's question.
	Metric string `json:"metric"`
	// Margin is the fraction by which a ratio may differ from 1 and still count as the same (0.02 for 2 %).
	Margin float64 `json:"margin"`
}

// Metric is one thing that is measured of every replicate.
type Metric struct {
	Name  string `json:"name"`
	Label string `json:"label,omitempty"`
	// Unit is one of the Unit constants, or any other word, which is then shown as it is.
	Unit string `json:"unit"`
	// Better is -1 where lower is better, +1 where higher is, 0 where neither.
	Better int `json:"better"`
	// Exact says that every replicate of a cell is expected to give the same value.
	Exact bool `json:"exact"`
	// PartOf names the metric of which this one is an addend, Group the kind of addend it is.
	PartOf string `json:"part_of,omitempty"`
	Group  string `json:"group,omitempty"`
}

// The units that this room knows how to scale.
const (
	UnitNanoseconds    = "ns"
	UnitBytes          = "B"
	UnitBytesPerSecond = "B/s"
	UnitCount          = "1"
)

// Factor returns the index of the factor of that name, or -1.
func (h *Header) Factor(name string) int {
	return slices.IndexFunc(h.Factors, func(f Factor) bool { return f.Name == name })
}

// Metric returns the index of the metric of that name, or -1.
func (h *Header) Metric(name string) int {
	return slices.IndexFunc(h.Metrics, func(m Metric) bool { return m.Name == name })
}

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
