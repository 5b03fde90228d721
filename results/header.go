package results

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// Schema is the version of the header and of the samples' columns.
const Schema = 3

// Header describes a run: what was varied, what was measured, and what is compared with what. Each
// part of the samples carries it.
type Header struct {
	Schema   int    `json:"schema"`
	Scenario string `json:"scenario"`
	// Title is the question that the scenario asks.
	Title   string `json:"title,omitempty"`
	Version string `json:"version,omitempty"`
	// Seed is the root seed from which every replicate's seed is derived.
	Seed uint64 `json:"seed"`
	// Seeds derives the seeds of the replicates. Replicates with the same number met the same
	// randomness in every cell, and are compared as a pair. Without it replicates are independent.
	Seeds *SeedStream `json:"seeds,omitempty"`
	// Replicates is how many observations each cell has when the run is finished. With a Target it
	// is the most that a cell may have.
	Replicates int `json:"replicates,omitempty"`
	// Target ends a cell's run when the cell has enough replicates.
	Target  *Target  `json:"target,omitempty"`
	Factors []Factor `json:"factors"`
	// Cells are all cells of the run, whether they have observations or not.
	Cells []Cell `json:"cells"`
	// Constant lists the settings that are the same in every cell: the conditions under which the
	// numbers hold.
	Constant []Setting `json:"constant,omitempty"`
	Notes    []Note    `json:"notes,omitempty"`
	Compare  *Compare  `json:"compare,omitempty"`
	Metrics  []Metric  `json:"metrics"`
}

// Cell is one combination of levels.
type Cell struct {
	// Levels holds a level of each factor, in the order of Header.Factors.
	Levels []string `json:"levels"`
}

// Factor is one thing that is varied.
type Factor struct {
	// Name is what tables, files and benchmark names show.
	Name string `json:"name"`
	// Key is the setting of the scenario that the factor varies. It is empty if a level sets
	// several settings. Name may differ from Key: link.delay is shown as rtt.
	Key   string `json:"key,omitempty"`
	Label string `json:"label,omitempty"`
	// Levels are in the order of the scenario.
	Levels []string `json:"levels"`
	// Values holds the quantity of each level, in the unit in which all levels are comparable
	// (such as nanoseconds or a fraction), if all levels are quantities. They order the levels.
	Values []float64 `json:"values,omitempty"`
	// Traits describe the levels of a factor that varies several settings.
	Traits []Trait `json:"traits,omitempty"`
}

// Trait is one property in which the levels of a factor differ, such as the version or the key
// exchange. Levels[i] is the property of the factor's level i.
type Trait struct {
	Name   string   `json:"name"`
	Label  string   `json:"label,omitempty"`
	Levels []string `json:"levels"`
	// Values holds the quantity of each level, as Factor.Values does.
	Values []float64 `json:"values,omitempty"`
}

// Setting is one setting of a run, as a person writes it. The part of Name up to its first dot is
// the group of the setting.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	// Default reports that the scenario does not set it, so that the default holds.
	Default bool `json:"default,omitempty"`
}

// Note is a consequence of a setting that a reader may not expect.
type Note struct {
	// Setting is the name of the setting.
	Setting string `json:"setting"`
	// Text is one sentence or more.
	Text string `json:"text"`
	// Cells holds the indices in Header.Cells of the cells to which the note applies, in rising
	// order. It is empty if the note applies to all cells.
	Cells []int `json:"cells,omitempty"`
}

// Target is the precision at which a cell has enough replicates.
type Target struct {
	// Metric and Statistic ("p50", "p95", "p99" or "mean") say whose interval counts.
	Metric    string `json:"metric"`
	Statistic string `json:"statistic"`
	// Relative is the largest distance from the statistic to either end of its 95 % interval, as a
	// fraction of the statistic: 0.02 is ±2 %.
	Relative float64 `json:"relative"`
	// Most is the number of replicates at which a cell ends even if its interval is wider.
	Most int `json:"most"`
}

// Statistics are the statistics that a Target can name.
var Statistics = []string{"p50", "p95", "p99", "mean"}

// Compare names the factor whose levels are compared, and the level that the others are compared
// with.
type Compare struct {
	Factor   string `json:"factor"`
	Baseline string `json:"baseline"`
	// Metric is the headline metric: the one whose comparison answers the title's question.
	Metric string `json:"metric"`
	// Margin is the fraction, at least 0, by which a ratio may differ from 1 and still count as the
	// same: 0.02 is 2 %.
	Margin float64 `json:"margin"`
}

// Metric is one quantity that every replicate is measured for.
type Metric struct {
	Name  string `json:"name"`
	Label string `json:"label,omitempty"`
	// Unit is one of the Unit constants, or any other word, which tables show as it is.
	Unit string `json:"unit"`
	// Better is -1 if lower values are better, +1 if higher values are better, else 0.
	Better int `json:"better"`
	// Exact says that every replicate of a cell is expected to give the same value.
	Exact bool `json:"exact"`
	// PartOf names the metric of which this metric is a part: the parts add up to it. Group is the
	// group of the part, such as "network".
	PartOf string `json:"part_of,omitempty"`
	Group  string `json:"group,omitempty"`
}

// Integer reports whether the metric's values are integers: nanoseconds, bytes and counts are.
// Their magnitude is at most 2⁵³, so that a float64 holds them exactly.
func (m *Metric) Integer() bool {
	return m.Unit == UnitNanoseconds || m.Unit == UnitBytes || m.Unit == UnitCount
}

// The units that this package knows how to scale.
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

// Text returns the header as JSON on one line, without a newline. Equal headers have equal texts.
func (h *Header) Text() ([]byte, error) {
	out := *h
	if out.Factors == nil {
		out.Factors = []Factor{}
	}
	if out.Cells == nil {
		out.Cells = []Cell{}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(out); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// ParseHeader parses and validates what Header.Text returned. It checks the schema before the other
// keys, since a later schema may have keys that this version does not know.
func ParseHeader(text []byte) (*Header, error) {
	var version struct {
		Schema *int `json:"schema"`
	}
	if err := json.Unmarshal(text, &version); err != nil {
		return nil, fmt.Errorf("header: not a JSON object: %w", err)
	}
	if version.Schema == nil {
		return nil, fmt.Errorf(`header: no "schema"`)
	}
	h := &Header{Schema: *version.Schema}
	if h.Schema == Schema {
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.DisallowUnknownFields()
		if err := dec.Decode(h); err != nil {
			return nil, fmt.Errorf("header: %w", err)
		}
	}
	if err := h.Validate(); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	return h, nil
}
