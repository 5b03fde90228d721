package compare

import (
	"encoding/csv"
	"io"
	"math"
	"strconv"

	"tlslab/results/stat"
)

// WriteCSV writes a row for each row of each table and each side, in the units of the inputs.
// Numbers that do not exist are empty, a side without a bound is Inf or -Inf.
func (d *Document) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	names, index := d.configNames()
	header := append([]string{}, names...)
	header = append(header, "name", "metric", "unit", "statistic", "column",
		"n", "value", "value_low", "value_high", "old", "ratio", "ratio_low", "ratio_high", "p", "p_holm", "verdict")
	if err := out.Write(header); err != nil {
		return err
	}
	for i := range d.Tables {
		t := &d.Tables[i]
		config := make([]string, len(names))
		for _, c := range t.Config {
			if at, listed := index[c.Name]; listed {
				config[at] = c.Value
			}
		}
		for _, r := range t.Rows {
			for j, side := range r.Sides {
				if side == nil {
					continue
				}
				row := append([]string{}, config...)
				row = append(row, r.Name, t.Metric, t.Unit, t.Statistic, t.Columns[j],
					strconv.Itoa(side.N), float(side.Value.Value), float(side.Value.Lo), float(side.Value.Hi))
				if c := side.Change; c == nil {
					row = append(row, "", "", "", "", "", "", "")
				} else {
					row = append(row, float(r.Sides[0].Value.Value), float(c.Ratio.Value), float(c.Ratio.Lo), float(c.Ratio.Hi),
						float(c.P), float(c.PHolm), string(c.Verdict))
				}
				if err := out.Write(row); err != nil {
					return err
				}
			}
		}
	}
	out.Flush()
	return out.Error()
}

// configNames lists the names of the tables' file configuration, without those that no table has a
// value of.
func (d *Document) configNames() (names []string, index map[string]int) {
	index = map[string]int{}
	for i := range d.Tables {
		for _, c := range d.Tables[i].Config {
			if _, listed := index[c.Name]; !listed && c.Value != "" {
				index[c.Name] = len(names)
				names = append(names, c.Name)
			}
		}
	}
	return names, index
}

func float(v float64) string {
	switch {
	case math.IsNaN(v):
		return ""
	case math.IsInf(v, 1):
		return "Inf"
	case math.IsInf(v, -1):
		return "-Inf"
	}
	return strconv.FormatFloat(stat.Rounded(v), 'g', -1, 64)
}
