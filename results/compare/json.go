package compare

import (
	"encoding/json"
	"io"

	"tlslab/results/effect"
	"tlslab/results/gate"
	"tlslab/results/stat"
)

type jsonDocument struct {
	Inputs    []string         `json:"inputs"`
	Summary   string           `json:"summary"`
	Warnings  []string         `json:"warnings"`
	Settings  []jsonDifference `json:"settings"`
	Gate      *jsonGate        `json:"gate"`
	Differing []jsonDiffering  `json:"differing"`
	Rows      []jsonRow        `json:"rows"`
	Missing   []jsonMissing    `json:"missing"`
}

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

// WriteJSON writes the document as one object.
func (d *Document) WriteJSON(w io.Writer) error {
	out := jsonDocument{Inputs: d.Inputs, Summary: d.headline(), Warnings: append([]string{}, d.Warnings...),
		Settings: []jsonDifference{}, Differing: []jsonDiffering{}, Rows: []jsonRow{}, Missing: []jsonMissing{}}
	for _, s := range d.Settings {
		out.Settings = append(out.Settings, jsonDifference(s))
	}
	for _, m := range d.Differing {
		out.Differing = append(out.Differing, jsonDiffering(m))
	}
	for _, m := range d.Missing {
		out.Missing = append(out.Missing, jsonMissing{m.Row, m.Metric, m.Column})
	}
	if d.Gate != nil {
		out.Gate = &jsonGate{Met: d.Gate.Met(), Checks: []jsonCheck{}}
		for i := range d.Gate.Checks {
			c := &d.Gate.Checks[i]
			out.Gate.Checks = append(out.Gate.Checks, jsonCheck{c.Expression.Text, c.Where, c.Metric, c.New, c.Outcome, c.Reason,
				c.Change, stat.Finite(c.P), stat.Finite(c.PHolm)})
		}
	}
	for i := range d.Tables {
		out.Rows = append(out.Rows, d.Tables[i].json()...)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(out)
}

func (t *Table) json() []jsonRow {
	config := map[string]string{}
	for _, c := range t.Config {
		if c.Value != "" {
			config[c.Name] = c.Value
		}
	}
	var all []jsonRow
	for _, r := range t.Rows {
		for j, side := range r.Sides {
			if side == nil {
				continue
			}
			row := jsonRow{config, r.Name, t.Metric, t.Unit, t.Statistic, t.Columns[j], side.N, side.Value, side.Warnings, nil}
			if c := side.Change; c != nil {
				row.Change = &jsonChange{stat.Finite(r.Sides[0].Value.Value), c.Ratio, c.Paired, stat.Finite(c.P), stat.Finite(c.PHolm), c.Verdict}
			}
			all = append(all, row)
		}
	}
	return all
}
