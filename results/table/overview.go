package table

import (
	"tlslab/results/effect"
	"tlslab/results/summary"
)

// Overview is the table of the medians of all metrics that are not part of another metric. Each
// cell has a row.
func Overview(s *summary.Summary) *Table {
	keys := newKeys(s)
	t := &Table{Title: "medians", Columns: keys.columns()}
	var metrics []int
	for i, m := range s.Header.Metrics {
		if m.PartOf == "" {
			metrics = append(metrics, i)
			t.Columns = append(t.Columns,
				Column{Name: m.Name, Right: true, Once: true, Spare: len(metrics)})
		}
	}
	for _, cell := range CellOrder(s) {
		row := keys.cells(cell)
		for _, m := range metrics {
			r := s.Row(cell, m)
			row = append(row, estimate(r, effect.P50))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
