package samples

import "tlslab/results"

// rowsPerPart is the largest number of rows of a part. It is large enough that a part's metadata
// take less than a byte a row, and small enough that several parts fit into memory.
const rowsPerPart = 1 << 15

// layout determines which rows each part has. It depends on the size of the grid alone, so the same
// run has the same parts on any number of cores.
//
// Row r of a run is replicate r mod replicates of cell r div replicates. A cell with more than
// rowsPerPart replicates is divided into parts of nearly equal size. A part of smaller cells has as
// many whole cells as fit.
type layout struct{ cells, replicates int }

func layoutOf(h *results.Header) layout { return layout{len(h.Cells), h.Replicates} }

// partsPerCell returns the number of parts that a cell is divided into, 1 for a small one.
func (l layout) partsPerCell() int { return (l.replicates + rowsPerPart - 1) / rowsPerPart }

// cellsPerPart returns the number of whole cells in a part, 1 if cells are divided.
func (l layout) cellsPerPart() int { return max(1, rowsPerPart/l.replicates) }

// parts returns the number of parts of a finished run.
func (l layout) parts() int {
	if l.replicates == 0 {
		return 0
	}
	if l.partsPerCell() > 1 {
		return l.cells * l.partsPerCell()
	}
	return (l.cells + l.cellsPerPart() - 1) / l.cellsPerPart()
}

// rows returns the rows of a part.
func (l layout) rows(part int) results.Range {
	if n := l.partsPerCell(); n > 1 {
		first, portion := part/n*l.replicates, part%n
		return results.Range{From: first + portion*l.replicates/n, To: first + (portion+1)*l.replicates/n}
	}
	first := part * l.cellsPerPart() * l.replicates
	return results.Range{From: first, To: min(first+l.cellsPerPart()*l.replicates, l.cells*l.replicates)}
}

// place returns the cell of a row and the number of its replicate.
func (l layout) place(row int) (cell, replicate int) { return row / l.replicates, row % l.replicates }

// partsOf returns the parts that have rows of a cell: first ≤ part < end.
func (l layout) partsOf(cell int) (first, end int) {
	if n := l.partsPerCell(); n > 1 {
		return cell * n, (cell + 1) * n
	}
	return cell / l.cellsPerPart(), cell/l.cellsPerPart() + 1
}
