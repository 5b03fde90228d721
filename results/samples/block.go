package samples

import (
	"fmt"
	"math"

	"tlslab/results"
)

// Block is the rows of one part in memory, column by column. Several chunks may be put into it at the
// same time.
type Block struct {
	// Part is the number of the part.
	Part int
	// First is the run's row that is row 0 of the block.
	First int
	// Rows is the number of rows of the finished part.
	Rows int

	// Outcome, Hash and Values have an element a row; of rows that were not put they hold leftovers.
	Outcome []string
	Hash    []uint64
	// Values hold a column a metric, in the order of the header: a number, or NaN where the replicate
	// did not reach the metric.
	Values [][]float64

	layout layout
}

// newBlock returns a block with room for any part.
func newBlock(h *results.Header) *Block {
	l := layoutOf(h)
	most := 0
	if l.parts() > 0 {
		most = min(rowsPerPart, l.cells*l.replicates)
	}
	b := &Block{
		layout: l, Outcome: make([]string, most), Hash: make([]uint64, most),
		Values: make([][]float64, len(h.Metrics)),
	}
	for i := range b.Values {
		b.Values[i] = make([]float64, most)
	}
	return b
}

// begin makes the block that of a part.
func (b *Block) begin(part int) {
	rows := b.layout.rows(part)
	b.Part, b.First, b.Rows = part, rows.From, rows.Len()
}

// Place returns the cell, as an index in Header.Cells, and the replicate of a row of the block.
func (b *Block) Place(row int) (cell, replicate int) { return b.layout.place(b.First + row) }

// Chunk holds a few rows until they are put into a block. A worker has its own: to write row by row
// into the long columns of a block would miss the processor's cache at each.
type Chunk struct {
	outcome []string
	hash    []uint64
	values  [][]float64 // by metric
}

// NewChunk returns room for some rows.
func (b *Block) NewChunk(most int) *Chunk {
	r := &Chunk{outcome: make([]string, 0, most), hash: make([]uint64, 0, most), values: make([][]float64, len(b.Values))}
	all := make([]float64, most*len(b.Values))
	for i := range r.values {
		r.values[i] = all[i*most : i*most : (i+1)*most]
	}
	return r
}

// Add adds a row, with a value of each metric.
func (r *Chunk) Add(outcome string, hash uint64, value func(metric int) float64) {
	r.outcome, r.hash = append(r.outcome, outcome), append(r.hash, hash)
	for i := range r.values {
		r.values[i] = append(r.values[i], value(i))
	}
}

// Put copies rows into the block, from row first on, and empties them.
func (b *Block) Put(first int, r *Chunk) {
	copy(b.Outcome[first:], r.outcome)
	copy(b.Hash[first:], r.hash)
	r.outcome, r.hash = r.outcome[:0], r.hash[:0]
	for i, values := range r.values {
		copy(b.Values[i][first:], values)
		r.values[i] = values[:0]
	}
}

// check returns what makes the first rows of the block unfit to be written.
func (b *Block) check(h *results.Header, rows int) error {
	for row, o := range b.Outcome[:rows] {
		if o == "" {
			return b.rowError(h, row, fmt.Errorf("no outcome"))
		}
	}
	for i := range h.Metrics {
		m := &h.Metrics[i]
		for row, v := range b.Values[i][:rows] {
			switch {
			case v-v == 0 && (!m.Integer() || v == math.Trunc(v) && math.Abs(v) <= maxExact), math.IsNaN(v):
			case math.IsInf(v, 0):
				return b.rowError(h, row, fmt.Errorf("metric %q is %v: want a finite number, or NaN where it was not reached", m.Name, v))
			default:
				return b.rowError(h, row, fmt.Errorf("metric %q is %v: want an integer of at most 2^53, as its unit is %q", m.Name, v, m.Unit))
			}
		}
	}
	return nil
}

// maxExact is the magnitude up to which every integer is a float64.
const maxExact = 1 << 53

func (b *Block) rowError(h *results.Header, row int, err error) error {
	cell, replicate := b.Place(row)
	return fmt.Errorf("replicate %d of cell %v: %w", replicate, h.Cells[cell].Levels, err)
}
