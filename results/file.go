package results

import "errors"

// File is an open samples.jsonl.
type File struct {
	Header Header
	// Cells are the cells that have observations, in the order in which the file first names them.
	Cells []Cell
	// Lines is the number of whole observation lines.
	Lines int
	// Whole is the byte offset at which the last whole line ends, Size the size of the file. What lies between them is
	// a line torn by an interrupted run.
	Whole, Size int64
}

// Cell is one cell's place in the grid and how many observations it has.
type Cell struct {
	// Levels holds a level of each factor, in the order of Header.Factors.
	Levels []string
	N      int
}

// ErrNoHeader is the error of a file that ends before its header line does: there is nothing to resume from.
var ErrNoHeader = errors.New("no whole header line")

// Open reads the header of a samples.jsonl and indexes its cells. A malformed line is an error that names file and line.
func Open(path string) (*File, error) { return nil, errors.ErrUnsupported }

// Close closes the file.
func (f *File) Close() error { return nil }

// Torn reports whether the file ends in a line without a newline.
func (f *File) Torn() bool { return f.Whole < f.Size }

// Sample reads the observations of Cells[cell] into s, reusing its memory.
func (f *File) Sample(cell int, s *Sample) error { return errors.ErrUnsupported }

// Each calls visit with every observation, in the order of the file. The observation is reused between calls.
func (f *File) Each(visit func(*Observation) error) error { return errors.ErrUnsupported }
