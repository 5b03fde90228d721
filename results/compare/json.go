package compare

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"iter"

	"tlslab/results/effect"
	"tlslab/results/gate"
	"tlslab/results/stat"
)

type jsonDifference struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
}

type jsonGate struct {
	Met    bool        `json:"met"`
	Checks []jsonCheck `json:"checks"`
}

type jsonCheck struct {
	Expression string        `json:"expression"`
	Name       string        `json:"name"`
	Metric     string        `json:"metric"`
	Column     string        `json:"column"`
	Outcome    gate.Outcome  `json:"outcome"`
	Reason     string        `json:"reason,omitempty"`
	Change     stat.Interval `json:"change"`
	P          *float64      `json:"p"`
	PHolm      *float64      `json:"p_holm"`
}

type jsonRow struct {
	Config    map[string]string `json:"config,omitempty"`
	Name      string            `json:"name"`
	Metric    string            `json:"metric"`
	Unit      string            `json:"unit"`
	Statistic string            `json:"statistic"`
	Column    string            `json:"column"`
	N         int               `json:"n"`
	Value     stat.Interval     `json:"value"`
	Warnings  []string          `json:"warnings,omitempty"`
	Change    *jsonChange       `json:"change"`
}

type jsonChange struct {
	Old     *float64       `json:"old"`
	Ratio   stat.Interval  `json:"ratio"`
	Paired  bool           `json:"paired"`
	P       *float64       `json:"p"`
	PHolm   *float64       `json:"p_holm"`
	Verdict effect.Verdict `json:"verdict"`
}

type jsonDiffering struct {
	Metric    string `json:"metric"`
	Column    string `json:"column"`
	Cells     int    `json:"cells"`
	AllCells  int    `json:"all_cells"`
	Values    int    `json:"values"`
	AllValues int    `json:"all_values"`
}

type jsonMissing struct {
	Name   string `json:"name"`
	Metric string `json:"metric"`
	Column string `json:"column"`
}

// WriteJSON writes the document as one object. The rows are encoded one by one: those of a
// large comparison would need several times the memory of the document.
func (d *Document) WriteJSON(w io.Writer) error {
	out := &jsonWriter{out: bufio.NewWriter(w)}
	settings, differing, missing := []jsonDifference{}, []jsonDiffering{}, []jsonMissing{}
	for _, s := range d.Settings {
		settings = append(settings, jsonDifference(s))
	}
	for _, m := range d.Differing {
		differing = append(differing, jsonDiffering(m))
	}
	for _, m := range d.Missing {
		missing = append(missing, jsonMissing{m.Row, m.Metric, m.Column})
	}
	out.text("{\n")
	out.field("inputs", d.Inputs)
	out.field("summary", d.headline())
	out.field("warnings", append([]string{}, d.Warnings...))
	out.field("settings", settings)
	out.field("gate", d.Gate.json())
	out.field("differing", differing)
	out.text(" \"rows\": [")
	separator := "\n  "
	for i := range d.Tables {
		for row := range d.Tables[i].json() {
			out.text(separator)
			out.value(row, "  ")
			separator = ",\n  "
		}
	}
	if separator == ",\n  " {
		out.text("\n ")
	}
	out.text("],\n \"missing\": ")
	out.value(missing, " ")
	out.text("\n}\n")
	return cmp.Or(out.err, out.out.Flush())
}

// jsonWriter writes the parts of a JSON object with an indentation of one blank.
type jsonWriter struct {
	out *bufio.Writer // keeps its first error for Flush
	err error         // the first error of an encoding
	buf bytes.Buffer
}

func (j *jsonWriter) text(text string) { j.out.WriteString(text) }

// field writes a field of the object.
func (j *jsonWriter) field(name string, v any) {
	j.text(" \"" + name + "\": ")
	j.value(v, " ")
	j.text(",\n")
}

// value writes a value whose lines after the first begin with indent.
func (j *jsonWriter) value(v any, indent string) {
	j.buf.Reset()
	enc := json.NewEncoder(&j.buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent(indent, " ")
	if err := enc.Encode(v); err != nil {
		j.err = cmp.Or(j.err, err)
	}
	j.out.Write(bytes.TrimSuffix(j.buf.Bytes(), []byte("\n")))
}

func (g *Gate) json() *jsonGate {
	if g == nil {
		return nil
	}
	out := &jsonGate{Met: g.Met(), Checks: []jsonCheck{}}
	for i := range g.Checks {
		c := &g.Checks[i]
		out.Checks = append(out.Checks, jsonCheck{c.Expression.Text, c.Row, c.Metric, c.Column, c.Outcome, c.Reason,
			c.Change, stat.Finite(c.P), stat.Finite(c.PHolm)})
	}
	return out
}

func (t *Table) json() iter.Seq[*jsonRow] {
	config := map[string]string{}
	for _, c := range t.Config {
		if c.Value != "" {
			config[c.Name] = c.Value
		}
	}
	return func(yield func(*jsonRow) bool) {
		for _, r := range t.Rows {
			for j, side := range r.Sides {
				if side == nil {
					continue
				}
				row := &jsonRow{Config: config, Name: r.Name, Metric: t.Metric, Unit: t.Unit, Statistic: t.Statistic, Column: t.Columns[j], N: side.N, Value: side.Value}
				if side.Benchstat != nil {
					row.Warnings = side.Benchstat.Warnings
				}
				if c := side.Change; c != nil {
					row.Change = &jsonChange{stat.Finite(r.Sides[0].Value.Value), c.Ratio, c.Paired, stat.Finite(c.P), stat.Finite(c.PHolm), c.Verdict}
				}
				if !yield(row) {
					return
				}
			}
		}
	}
}
