package samples

import (
	"bytes"
	"fmt"

	"tlslab/results"
)

// MaxTrial is the largest number of rows of a Trial.
const MaxTrial = rowsPerPart

// Trial is a run of a few replicates in memory: what the files of a larger run will need can be
// estimated from it.
type Trial struct {
	*Block
	header     *results.Header
	headerText string
}

// NewTrial returns a trial with room for all rows of the header's cells: at least 1, at most
// MaxTrial. The header has no Target.
func NewTrial(h results.Header) (*Trial, error) {
	if err := h.Validate(); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	grid := layoutOf(&h, [][]int{allCells(&h)}[:len(h.Batches())])
	if rows := grid.rows(); h.Target != nil || rows < 1 || rows > MaxTrial {
		return nil, fmt.Errorf("a trial has 1 to %d rows, not %d, and no target", MaxTrial, rows)
	}
	text, err := h.Text()
	if err != nil {
		return nil, err
	}
	b := newBlock(&h)
	b.assign(&grid, 0)
	return &Trial{Block: b, header: &h, headerText: string(text)}, nil
}

// Store returns the rows as a Store, and their size in bytes as a part. All rows have been put.
func (t *Trial) Store() (s *Store, size int64, err error) {
	var part bytes.Buffer
	if err := encode(&part, t.header, t.headerText, t.Block, t.Rows); err != nil {
		return nil, 0, err
	}
	size = int64(part.Len())
	l := list{Schema: results.Schema, Parts: []listed{{Name: nameOf(0, t.Rows, t.Rows), Rows: t.Rows}}}
	grid, err := l.layout(t.header)
	if err != nil {
		return nil, 0, err
	}
	s = newStore("", t.header, t.headerText, l, grid)
	if s.parts[0], err = s.openPart(bytes.NewReader(part.Bytes()), size, l.Parts[0], 0); err != nil {
		return nil, 0, err
	}
	s.findCells()
	return s, size, nil
}
