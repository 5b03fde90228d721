package results

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
)

// File is an open samples.jsonl. Its methods may not be called at the same time.
type File struct {
	Header Header
	// Cells are the cells that have observations, in the order in which the file first names them.
	Cells []Cell
	// Lines is the number of whole observation lines.
	Lines int
	// Whole is the byte offset at which the last whole line ends, Size the size of the file when it was opened. What
	// lies between them is a line that an interrupted run did not finish.
	Whole, Size int64

	file    *os.File
	path    string
	body    int64      // where the first observation begins
	extents [][]extent // of each cell
	lines   *lineReader
}

// Cell is one cell's place in the grid and how many observations it has.
type Cell struct {
	// Levels holds a level of each factor, in the order of Header.Factors.
	Levels []string
	N      int
}

// Close closes the file.
func (f *File) Close() error { return f.file.Close() }

// Torn reports whether the file ends in a line without its newline. Such a line is never read.
func (f *File) Torn() bool { return f.Whole < f.Size }

// Sample reads the observations of Cells[cell] into s, reusing its memory. A replicate that is there twice is an error.
func (f *File) Sample(cell int, s *Sample) error {
	s.reset(f.Cells[cell], len(f.Header.Metrics))
	sorted := true
	err := f.each(f.extents[cell], func(line int, o *Observation) error {
		if n := s.N(); n > 0 && o.Replicate <= s.Replicates[n-1] {
			sorted = false
		}
		s.add(o, line)
		return nil
	})
	if err != nil {
		return err
	}
	if sorted {
		return nil
	}
	s.sort()
	for i := 1; i < s.N(); i++ {
		if s.Replicates[i] == s.Replicates[i-1] {
			return f.lineError(s.lines[i], fmt.Errorf("replicate %d of cell %v is on line %d already: remove one of them", s.Replicates[i], s.Cell, s.lines[i-1]))
		}
	}
	return nil
}

// Each calls visit with every observation, in the order of the file, and stops at its first error. The observation is
// reused between calls.
func (f *File) Each(visit func(*Observation) error) error {
	body := []extent{{start: f.body, end: f.Whole, line: 2}}
	return f.each(body, func(_ int, o *Observation) error { return visit(o) })
}

func (f *File) each(extents []extent, visit func(line int, o *Observation) error) error {
	var o Observation
	parser := newLineParser(&f.Header)
	for _, e := range extents {
		section := io.NewSectionReader(f.file, e.start, e.end-e.start)
		if f.lines == nil {
			f.lines = newLineReader(section, e.start, e.line)
		} else {
			f.lines.reset(section, e.start, e.line)
		}
		for f.lines.offset < e.end {
			number := f.lines.number
			line, err := f.lines.next()
			if err == io.EOF {
				err = fmt.Errorf("the file has become shorter while it was read: read it when nothing writes to it")
			}
			if err != nil {
				return f.lineError(number, err)
			}
			if err := parser.parse(line, &o); err != nil {
				return f.malformed(number, err)
			}
			if err := visit(number, &o); err != nil {
				return err
			}
		}
	}
	return nil
}

// reset empties s and makes room for all observations of a cell.
func (s *Sample) reset(c Cell, metrics int) {
	s.Cell = c.Levels
	s.Replicates = slices.Grow(s.Replicates[:0], c.N)
	s.Seeds = slices.Grow(s.Seeds[:0], c.N)
	s.Outcomes = slices.Grow(s.Outcomes[:0], c.N)
	s.lines = slices.Grow(s.lines[:0], c.N)
	s.Values = slices.Grow(s.Values[:0], metrics)[:metrics]
	for i := range s.Values {
		s.Values[i] = slices.Grow(s.Values[i][:0], c.N)
	}
}

func (s *Sample) add(o *Observation, line int) {
	s.Replicates = append(s.Replicates, o.Replicate)
	s.Seeds = append(s.Seeds, o.Seed)
	s.Outcomes = append(s.Outcomes, o.Outcome)
	s.lines = append(s.lines, line)
	for i, v := range o.Values {
		s.Values[i] = append(s.Values[i], v)
	}
}

// sort orders all columns by replicate number.
func (s *Sample) sort() {
	order := make([]int, s.N())
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.Replicates[a], s.Replicates[b]) })
	s.Replicates = permuted(s.Replicates, order)
	s.Seeds = permuted(s.Seeds, order)
	s.Outcomes = permuted(s.Outcomes, order)
	s.lines = permuted(s.lines, order)
	for i := range s.Values {
		s.Values[i] = permuted(s.Values[i], order)
	}
}

// permuted returns column in the given order.
func permuted[T any](column []T, order []int) []T {
	out := make([]T, len(column))
	for i, from := range order {
		out[i] = column[from]
	}
	return out
}
