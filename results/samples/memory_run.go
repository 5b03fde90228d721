package samples

import (
	"bytes"
	"fmt"

	"tlslab/results"
)

// MaxMemoryRun is the largest number of rows of a MemoryRun.
const MaxMemoryRun = rowsPerPart

// MemoryRun is a run of a few replicates in memory: what the files of a larger run will need can be
// estimated from it.
type MemoryRun struct {
	*Block
	header     *results.Header
	headerText string
}

// NewMemoryRun returns a run with room for all rows of the header's cells: at least 1, at most
// MaxMemoryRun. The header has no Target.
func NewMemoryRun(h results.Header) (*MemoryRun, error) {
	if err := h.Validate(); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	grid := layoutOf(&h, [][]int{allCells(&h)}[:len(h.Batches())])
	if rows := grid.rows(); h.Target != nil || rows < 1 || rows > MaxMemoryRun {
		return nil, fmt.Errorf("a run in memory has 1 to %d rows, not %d, and no target", MaxMemoryRun, rows)
	}
	text, err := h.Text()
	if err != nil {
		return nil, err
	}
	b := newBlock(&h)
	b.assign(&grid, 0)
	return &MemoryRun{Block: b, header: &h, headerText: string(text)}, nil
}

// Store returns the rows as a Store, and their size in bytes as a part. All rows have been put.
func (r *MemoryRun) Store() (s *Store, size int64, err error) {
	var part bytes.Buffer
	if err := encode(&part, r.header, r.headerText, r.Block, r.Rows); err != nil {
		return nil, 0, err
	}
	size = int64(part.Len())
	l := list{Schema: results.Schema, Parts: []listed{{Name: nameOf(0, r.Rows, r.Rows), Rows: r.Rows}}}
	grid, err := l.layout(r.header)
	if err != nil {
		return nil, 0, err
	}
	s = newStore("", r.header, r.headerText, l, grid)
	if s.parts[0], err = s.openPart(bytes.NewReader(part.Bytes()), size, l.Parts[0], 0); err != nil {
		return nil, 0, err
	}
	s.findCells()
	return s, size, nil
}
