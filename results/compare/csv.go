package compare

import (
	"encoding/csv"
	"io"
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
					strconv.Itoa(side.N), stat.Field(side.Value.Value), stat.Field(side.Value.Lo), stat.Field(side.Value.Hi))
				if c := side.Change; c == nil {
					row = append(row, "", "", "", "", "", "", "")
				} else {
					row = append(row, stat.Field(r.Sides[0].Value.Value), stat.Field(c.Ratio.Value), stat.Field(c.Ratio.Lo), stat.Field(c.Ratio.Hi),
						stat.Field(c.P), stat.Field(c.PHolm), string(c.Verdict))
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
