package samples

import "tlslab/results"

// rowsPerPart is the most rows that a part has: enough that the header in each costs less than a
// byte a row, few enough that one fits into memory several times.
const rowsPerPart = 1 << 15

// layout says which rows belong into which part. It follows from the size of the grid alone, so
// that the same run has the same parts on any number of cores.
//
// Row r of a run is replicate r mod replicates of cell r div replicates. A cell with more replicates
// than a part has rows is divided into parts of nearly equal size; of smaller cells a part takes as
// many whole ones as it can.
type layout struct{ cells, replicates int }

func layoutOf(h *results.Header) layout { return layout{len(h.Cells), h.Replicates} }

// perCell is the number of parts of a cell, cellsEach the number of cells in a part; one of them is
// 1.
func (l layout) perCell() int   { return (l.replicates + rowsPerPart - 1) / rowsPerPart }
func (l layout) cellsEach() int { return max(1, rowsPerPart/l.replicates) }

// parts is the number of parts of a finished run.
func (l layout) parts() int {
	if l.replicates == 0 {
		return 0
	}
	if l.perCell() > 1 {
		return l.cells * l.perCell()
	}
	return (l.cells + l.cellsEach() - 1) / l.cellsEach()
}

// rows returns the rows of a part.
func (l layout) rows(part int) results.Range {
	if n := l.perCell(); n > 1 {
		first, portion := part/n*l.replicates, part%n
		return results.Range{From: first + portion*l.replicates/n, To: first + (portion+1)*l.replicates/n}
	}
	first := part * l.cellsEach() * l.replicates
	return results.Range{From: first, To: min(first+l.cellsEach()*l.replicates, l.cells*l.replicates)}
}

// place returns the cell and the replicate of a row.
func (l layout) place(row int) (cell, replicate int) { return row / l.replicates, row % l.replicates }

// parts that hold rows of a cell: first ≤ part < end.
func (l layout) partsOf(cell int) (first, end int) {
	if n := l.perCell(); n > 1 {
		return cell * n, (cell + 1) * n
	}
	return cell / l.cellsEach(), cell/l.cellsEach() + 1
}
