package plot

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"

	"tlslab/results/stat"
)

// Data are the numbers that a figure shows: a row for each point, bar, box or step. A value is a
// string, an int, a float64, or nil where there is no number.
type Data struct {
	Columns []string
	Rows    [][]any
}

// dataBuilder collects the data of a figure. Each row begins with the levels of its cell, the
// metric and the metric's unit.
type dataBuilder struct {
	set    *Set
	metric int
	data   Data
}

// build returns a builder for data of a metric with these columns.
func (set *Set) build(metric int, columns ...string) *dataBuilder {
	b := &dataBuilder{set: set, metric: metric}
	for _, f := range set.summary.Header.Factors {
		b.data.Columns = append(b.data.Columns, f.Name)
	}
	b.data.Columns = append(append(b.data.Columns, "metric", "unit"), columns...)
	return b
}

// add adds a row. Numbers that are not finite become nil, others are rounded as in summary.json.
func (b *dataBuilder) add(cell int, values ...any) {
	m := &b.set.summary.Header.Metrics[b.metric]
	var row []any
	for _, level := range b.set.summary.Cells[cell].Levels {
		row = append(row, level)
	}
	row = append(row, m.Name, m.Unit)
	for _, v := range values {
		if f, is := v.(float64); is {
			v = nil
			if !math.IsNaN(f) && !math.IsInf(f, 0) {
				v = stat.Rounded(f)
			}
		}
		row = append(row, v)
	}
	b.data.Rows = append(b.data.Rows, row)
}

func (b *dataBuilder) done() Data { return b.data }

func (set *Set) quantilesData() *dataBuilder {
	return set.build(set.metric, "statistic", "n", "reached", "value", "low", "high")
}

// WriteCSV writes the data as comma-separated values (RFC 4180) below a line of column names. A
// value that does not exist is empty.
func (d Data) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	lines := append([][]string{d.Columns}, make([][]string, len(d.Rows))...)
	for i, row := range d.Rows {
		for _, v := range row {
			field := ""
			switch v := v.(type) {
			case float64:
				format := byte('f')
				if v != 0 && math.Abs(v) < 1e-6 {
					format = 'e' // a p-value
				}
				field = strconv.FormatFloat(v, format, -1, 64)
			case nil:
			default:
				field = fmt.Sprint(v)
			}
			lines[i+1] = append(lines[i+1], field)
		}
	}
	return out.WriteAll(lines)
}

// WriteJSONL writes a JSON object on a line for each row. A value that does not exist is null.
func (d Data) WriteJSONL(w io.Writer) error {
	for _, row := range d.Rows {
		line := []byte{'{'}
		for i, v := range row {
			if i > 0 {
				line = append(line, ',')
			}
			for j, part := range []any{d.Columns[i], v} {
				text, err := json.Marshal(part)
				if err != nil {
					return err
				}
				if line = append(line, text...); j == 0 {
					line = append(line, ':')
				}
			}
		}
		if _, err := w.Write(append(line, '}', '\n')); err != nil {
			return err
		}
	}
	return nil
}
