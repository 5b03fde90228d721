package table

import "tlslab/results/summary"

// keys makes the cells that name a row by its levels.
type keys struct {
	summary *summary.Summary
	factors []int            // in the order of the columns
	ranks   []map[string]int // by factor
}

func newKeys(s *summary.Summary) *keys {
	k := &keys{summary: s, factors: s.Header.FactorOrder()}
	for i := range s.Header.Factors {
		k.ranks = append(k.ranks, s.Header.Factors[i].Ranks())
	}
	return k
}

func (k *keys) columns() []Column {
	var columns []Column
	for _, f := range k.factors {
		columns = append(columns, Column{Name: FactorName(&k.summary.Header.Factors[f]), Key: true})
	}
	return columns
}

func (k *keys) cells(cell int) []Cell {
	var row []Cell
	for _, f := range k.factors {
		level := k.summary.Cells[cell].Levels[f]
		row = append(row, Cell{Text: level, Order: float64(k.ranks[f][level])})
	}
	return row
}

// CellOrder lists the cells so that compared cells stand together: see results.Header.Order.
func CellOrder(s *summary.Summary) []int {
	cells := make([][]string, len(s.Cells))
	for i := range cells {
		cells[i] = s.Cells[i].Levels
	}
	return s.Header.Order(cells, false)
}
