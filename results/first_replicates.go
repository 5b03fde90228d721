package results

import "slices"

// FirstReplicates is a Source that passes on all replicates of another Source and keeps the first
// ones of each cell. bench.txt has the first replicates only: it is made of the kept ones, so the
// samples are read once.
type FirstReplicates struct {
	Source
	limit  int
	values [][][]float64 // by metric and cell; of a column that is constant, one value
}

// NewFirstReplicates returns a Source that reads src and keeps up to limit replicates of each cell.
func NewFirstReplicates(src Source, limit int) *FirstReplicates {
	h := &FirstReplicates{Source: src, limit: limit, values: make([][][]float64, len(src.Header().Metrics))}
	for i := range h.values {
		h.values[i] = make([][]float64, len(src.Cells()))
	}
	return h
}

// Column returns a reader of one metric that keeps the first replicates of each cell it reads.
func (h *FirstReplicates) Column(metric int) Column {
	return &keepingColumn{Column: h.Source.Column(metric), firsts: h, metric: metric}
}

type keepingColumn struct {
	Column
	firsts *FirstReplicates
	metric int
}

func (r *keepingColumn) Read(dst []float64, cell int) ([]float64, error) {
	before := len(dst)
	dst, err := r.Column.Read(dst, cell)
	if err == nil {
		head := dst[before:]
		head = head[:min(len(head), r.firsts.limit)]
		if constant(head) {
			head = head[:min(1, len(head))]
		}
		r.firsts.values[r.metric][cell] = slices.Clone(head)
	}
	return dst, err
}

// constant reports whether all values are the same number.
func constant(values []float64) bool {
	for _, v := range values {
		if v != values[0] {
			return false
		}
	}
	return true
}

// Kept returns a Source of the kept replicates. Every cell of every column must have been read.
func (h *FirstReplicates) Kept() Source {
	cells := slices.Clone(h.Source.Cells())
	for i := range cells {
		cells[i].Replicates = cells[i].Replicates.First(h.limit)
	}
	return keptSource{h.Source, h, cells}
}

type keptSource struct {
	Source
	firsts *FirstReplicates
	cells  []Observed
}

func (h keptSource) Cells() []Observed { return h.cells }

func (h keptSource) Column(metric int) Column { return keptColumn{h, h.firsts.values[metric]} }

type keptColumn struct {
	source keptSource
	values [][]float64 // by cell
}

func (c keptColumn) Read(dst []float64, cell int) ([]float64, error) {
	return c.ReadRows(dst, cell, Range{To: c.source.cells[cell].N()})
}

func (c keptColumn) ReadRows(dst []float64, cell int, rows Range) ([]float64, error) {
	values := c.values[cell]
	if len(values) > 1 {
		return append(dst, values[rows.From:rows.To]...), nil
	}
	for range rows.Len() {
		dst = append(dst, values[0])
	}
	return dst, nil
}
