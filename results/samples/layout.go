package samples

import (
	"slices"

	"tlslab/results"
)

// rowsPerPart is the largest number of rows of a part. It is large enough that a part's metadata
// take less than a byte a row, and small enough that several parts fit into memory.
const rowsPerPart = 1 << 15

// layout determines which rows each part has. It depends on the size of the grid, and on the
// batches that each cell has. It does not depend on the number of cores or on interruptions.
//
// The parts are numbered batch by batch. So a batch that is added leaves the earlier parts as they
// are.
type layout struct{ batches []batch }

// batch is a range of replicates of some cells. Row r of a batch with n replicates in each cell is
// replicate r mod n of cell r div n.
//
// A cell with more than rowsPerPart replicates in the batch is divided into parts of nearly equal
// size. A part of smaller cells has as many whole cells as fit.
type batch struct {
	replicates results.Range
	cells      []int // indices into Header.Cells, rising
	first      int   // number of the batch's first part
}

// layoutOf returns the layout of a run whose batches have these cells, as indices into
// Header.Cells. There are at most as many batches as Header.Batches returns.
func layoutOf(h *results.Header, cells [][]int) layout {
	var l layout
	for i, replicates := range h.Batches()[:len(cells)] {
		l.batches = append(l.batches, batch{replicates: replicates, cells: cells[i], first: l.parts()})
	}
	return l
}

// allCells returns the indices of all cells.
func allCells(h *results.Header) []int {
	all := make([]int, len(h.Cells))
	for i := range all {
		all[i] = i
	}
	return all
}

// parts returns the number of parts of all batches.
func (l *layout) parts() int {
	if len(l.batches) == 0 {
		return 0
	}
	last := &l.batches[len(l.batches)-1]
	return last.first + last.parts()
}

// rows returns the number of rows of all batches.
func (l *layout) rows() int {
	n := 0
	for i := range l.batches {
		n += l.batches[i].rows()
	}
	return n
}

// batchOf returns the batch of a part.
func (l *layout) batchOf(part int) *batch {
	i, found := slices.BinarySearchFunc(l.batches, part, func(b batch, part int) int { return b.first - part })
	if !found {
		i--
	}
	return &l.batches[i]
}

// partRows returns the number of rows of a finished part.
func (l *layout) partRows(part int) int { return l.batchOf(part).rowsOf(part).Len() }

// largest returns the number of rows of the largest part that a run with this header can have.
func largest(h *results.Header) int {
	most := 0
	for _, replicates := range h.Batches() {
		most = max(most, min(rowsPerPart, replicates.Len()*len(h.Cells)))
	}
	return most
}

// size is the number of replicates of each cell in the batch.
func (b *batch) size() int { return b.replicates.Len() }

func (b *batch) rows() int { return len(b.cells) * b.size() }

// partsPerCell returns the number of parts that a cell is divided into, 1 for a small one.
func (b *batch) partsPerCell() int { return (b.size() + rowsPerPart - 1) / rowsPerPart }

// cellsPerPart returns the number of whole cells in a part, 1 if cells are divided.
func (b *batch) cellsPerPart() int { return max(1, rowsPerPart/b.size()) }

// parts returns the number of parts of the batch.
func (b *batch) parts() int {
	if n := b.partsPerCell(); n > 1 {
		return len(b.cells) * n
	}
	return (len(b.cells) + b.cellsPerPart() - 1) / b.cellsPerPart()
}

// rowsOf returns the rows of a part in the batch.
func (b *batch) rowsOf(part int) results.Range {
	part -= b.first
	if n := b.partsPerCell(); n > 1 {
		first, portion := part/n*b.size(), part%n
		return results.Range{From: first + portion*b.size()/n, To: first + (portion+1)*b.size()/n}
	}
	first := part * b.cellsPerPart() * b.size()
	return results.Range{From: first, To: min(first+b.cellsPerPart()*b.size(), b.rows())}
}

// place returns the cell of a row of the batch, as an index into Header.Cells, and the number of
// its replicate.
func (b *batch) place(row int) (cell, replicate int) {
	return b.cells[row/b.size()], b.replicates.From + row%b.size()
}

// partsOf returns the parts that have rows of a cell (first ≤ part < end), and the rows of the cell
// in the batch. There is no such part if the cell is not in the batch.
func (b *batch) partsOf(cell int) (first, end int, rows results.Range) {
	i, found := slices.BinarySearch(b.cells, cell)
	if !found {
		return 0, 0, rows
	}
	rows = results.Range{From: i * b.size(), To: (i + 1) * b.size()}
	if n := b.partsPerCell(); n > 1 {
		return b.first + i*n, b.first + (i+1)*n, rows
	}
	first = b.first + i/b.cellsPerPart()
	return first, first + 1, rows
}
