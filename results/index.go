package results

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// ErrNoHeader is the error of a file that ends before its header line does: there is nothing to resume from.
var ErrNoHeader = errors.New("the file ends before its header line does: run the scenario again")

// readBuffer is how much of the file is read at a time.
const readBuffer = 1 << 20

// Open reads the header of a samples.jsonl and finds where each cell's lines are. Of the lines it checks the cell only;
// the rest is checked when it is read. An error names the file and, where it is a line's, the line.
func Open(path string) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	f := &File{file: file, path: path}
	if err := f.index(); err != nil {
		file.Close()
		return nil, err
	}
	return f, nil
}

// index reads the whole file once.
func (f *File) index() error {
	info, err := f.file.Stat()
	if err != nil {
		return err
	}
	if info.IsDir() {
		return fmt.Errorf("%s: is a folder, not a file of samples", f.path)
	}
	f.Size = info.Size()
	lines := newLineReader(f.file, 0, 1)
	line, err := lines.next()
	if err == io.EOF {
		return fmt.Errorf("%s: %w", f.path, ErrNoHeader)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", f.path, err)
	}
	if err := f.Header.parse(line); err != nil {
		return fmt.Errorf("%s:1: header: %w", f.path, err)
	}
	f.body, f.Whole = lines.offset, lines.offset
	return f.indexCells(lines)
}

func (f *File) indexCells(lines *lineReader) error {
	parser := newLineParser(&f.Header)
	known := map[string]int{} // cell as text -> index in f.Cells
	for {
		start, number := lines.offset, lines.number
		line, err := lines.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
		if err := parser.parseCell(line); err != nil {
			return f.malformed(number, err)
		}
		key := parser.prefix
		cell, ok := known[string(key)]
		if !ok {
			cell = f.addCell(parser.levels)
			known[string(key)] = cell
		}
		f.Cells[cell].N++
		f.extend(cell, extent{start: start, end: lines.offset, line: number})
		f.Lines++
		f.Whole = lines.offset
	}
}

// addCell returns the index of the cell of these levels, which may be there already in another spelling.
func (f *File) addCell(levels []string) int {
	for i := range f.Cells {
		if slices.Equal(f.Cells[i].Levels, levels) {
			return i
		}
	}
	f.Cells = append(f.Cells, Cell{Levels: slices.Clone(levels)})
	f.extents = append(f.extents, nil)
	return len(f.Cells) - 1
}

// extent is a run of lines of one cell: the bytes [start, end) of the file, the first of which is on the given line.
type extent struct {
	start, end int64
	line       int
}

func (f *File) extend(cell int, e extent) {
	all := f.extents[cell]
	if n := len(all); n > 0 && all[n-1].end == e.start {
		all[n-1].end = e.end
		return
	}
	f.extents[cell] = append(all, e)
}

func (f *File) lineError(line int, err error) error {
	return fmt.Errorf("%s:%d: %w", f.path, line, err)
}

// malformed is the error of a line that no Writer wrote.
func (f *File) malformed(line int, err error) error {
	return f.lineError(line, fmt.Errorf("%w (the file is not as it was written: restore it, or run the scenario again into another folder)", err))
}

// lineReader reads whole lines and knows where it is.
type lineReader struct {
	r      *bufio.Reader
	long   []byte // a line that is longer than the buffer
	offset int64  // of the next line
	number int    // of the next line, from 1
}

func newLineReader(r io.Reader, offset int64, number int) *lineReader {
	return &lineReader{r: bufio.NewReaderSize(r, readBuffer), offset: offset, number: number}
}

func (l *lineReader) reset(r io.Reader, offset int64, number int) {
	l.r.Reset(r)
	l.offset, l.number = offset, number
}

// next returns the next line without its newline, valid until the next call, or io.EOF where no whole line is left.
func (l *lineReader) next() ([]byte, error) {
	line, err := l.r.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		l.long = l.long[:0]
		for err == bufio.ErrBufferFull {
			l.long = append(l.long, line...)
			line, err = l.r.ReadSlice('\n')
		}
		l.long = append(l.long, line...)
		line = l.long
	}
	if err != nil {
		return nil, err
	}
	l.offset += int64(len(line))
	l.number++
	return line[:len(line)-1], nil
}
