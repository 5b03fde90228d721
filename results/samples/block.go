package samples

import (
	"fmt"
	"math"

	"tlslab/results"
)

// Block holds the rows of one part in memory, column by column. Workers may put different chunks
// into it concurrently.
type Block struct {
	// Part is the number of the part.
	Part int
	// Rows is the number of rows of the block: of the finished part if a Writer fills it, of the
	// stored part if a Store does.
	Rows int

	// Outcome, Hash and each column of Values have an element for each row. The elements of rows
	// that have not been put are undefined.
	Outcome []string
	Hash    []uint64
	// Values holds a column for each metric of the header: NaN if the replicate did not reach the
	// metric.
	Values [][]float64

	batch *batch
	first int // row of the batch that is the block's row 0
}

// newBlock returns a block that is large enough for any part.
func newBlock(h *results.Header) *Block {
	most := largest(h)
	b := &Block{
		Outcome: make([]string, most), Hash: make([]uint64, most),
		Values: make([][]float64, len(h.Metrics)),
	}
	for i := range b.Values {
		b.Values[i] = make([]float64, most)
	}
	return b
}

// assign makes the block that of a part.
func (b *Block) assign(l *layout, part int) {
	b.batch = l.batchOf(part)
	rows := b.batch.rowsOf(part)
	b.Part, b.first, b.Rows = part, rows.From, rows.Len()
}

// Place returns the cell of a row, as an index into Header.Cells, and the number of its replicate.
func (b *Block) Place(row int) (cell, replicate int) { return b.batch.place(b.first + row) }

// Replicates returns the numbers of the block's replicates. Each of its cells has all of them.
func (b *Block) Replicates() results.Range {
	if b.Rows >= b.batch.size() { // whole cells
		return b.batch.replicates
	}
	_, from := b.batch.place(b.first)
	return results.Range{From: from, To: from + b.Rows}
}

// Chunk collects a few rows of a block. It is small enough for the processor's cache: writing row
// by row into the long columns of a block would miss the cache once for each column.
type Chunk struct {
	outcome []string
	hash    []uint64
	values  [][]float64 // by metric
}

// NewChunk returns an empty chunk for up to limit rows.
func (b *Block) NewChunk(limit int) *Chunk {
	r := &Chunk{outcome: make([]string, 0, limit), hash: make([]uint64, 0, limit), values: make([][]float64, len(b.Values))}
	all := make([]float64, limit*len(b.Values))
	for i := range r.values {
		r.values[i] = all[i*limit : i*limit : (i+1)*limit]
	}
	return r
}

// Add adds a row. It calls value for each metric, by index.
func (r *Chunk) Add(outcome string, hash uint64, value func(metric int) float64) {
	r.outcome, r.hash = append(r.outcome, outcome), append(r.hash, hash)
	for i := range r.values {
		r.values[i] = append(r.values[i], value(i))
	}
}

// Put copies the chunk's rows into the block, from row first on, and empties the chunk.
func (b *Block) Put(first int, r *Chunk) {
	copy(b.Outcome[first:], r.outcome)
	copy(b.Hash[first:], r.hash)
	r.outcome, r.hash = r.outcome[:0], r.hash[:0]
	for i, values := range r.values {
		copy(b.Values[i][first:], values)
		r.values[i] = values[:0]
	}
}

// check returns an error if one of the first rows has no outcome, or a value that its column cannot
// hold.
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

// maxExact is the largest magnitude up to which a float64 holds every integer.
const maxExact = 1 << 53

func (b *Block) rowError(h *results.Header, row int, err error) error {
	cell, replicate := b.Place(row)
	return fmt.Errorf("replicate %d of cell %v: %w", replicate, h.Cells[cell].Levels, err)
}
