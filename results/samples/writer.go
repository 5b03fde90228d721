package samples

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"tlslab/results"
	"tlslab/results/durable"
)

// Writer writes the parts of a run. Its methods may be called concurrently, with different blocks.
type Writer struct {
	dir        string
	header     *results.Header
	headerText string
	before     *Store // the parts that an earlier run has written

	mu     sync.Mutex // guards layout and list
	layout layout
	list   list
}

// Begin creates dir/samples and dir/parts.json, or resumes from the parts that an earlier run with
// the same header has written. It checks these as Open does, and removes the files of an
// interrupted Write.
//
// If the header has a Target, the Writer has the parts of each cell's first batch. Continue adds
// batches.
func Begin(dir string, h results.Header) (*Writer, error) {
	if h.Schema == 0 {
		h.Schema = results.Schema
	}
	if err := h.Validate(); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	text, err := h.Text()
	if err != nil {
		return nil, err
	}
	w := &Writer{dir: dir, header: &h, headerText: string(text), list: list{Schema: results.Schema}}
	if err := os.MkdirAll(filepath.Join(dir, Folder), 0o777); err != nil {
		return nil, err
	}
	if err := durable.RemoveTemporary(dir); err != nil {
		return nil, err
	}
	switch l, err := readList(dir); {
	case err == nil:
		w.list = *l
	case !errors.Is(err, ErrNone):
		return nil, err
	}
	if err := w.removeUnlisted(); err != nil {
		return nil, err
	}
	if batches := h.Batches(); h.Target != nil && len(w.list.Parts) == 0 && len(w.list.Batches) == 0 {
		w.list.addBatch(batches[0].To, allCells(&h))
	}
	if w.before, err = load(dir, &w.list, w.header); err != nil {
		return nil, err
	}
	w.layout = w.before.layout
	if len(w.list.Parts) == 0 {
		err = errors.Join(w.list.write(dir), durable.SyncFolder(dir))
	}
	return w, err
}

// Undecided returns the cells of the last batch, as indices into Header.Cells in rising order: the
// next call of Continue decides which of them get another batch. It returns nil if no cell can get
// one: the run has a fixed number of replicates, it has the last batch, or Continue was called
// without cells.
func (w *Writer) Undecided() []int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.list.complete(w.header) {
		return nil
	}
	return slices.Clone(w.layout.batches[len(w.layout.batches)-1].cells)
}

// Continue adds a batch of replicates for some of the Undecided cells, in rising order. All parts
// of the batches before must have been written. Without cells the run is finished. The decision is
// on disk when Continue returns.
func (w *Writer) Continue(cells []int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(cells) == 0 {
		w.list.Stopped = true
	} else {
		w.list.addBatch(w.header.Batches()[len(w.list.Batches)].To, cells)
	}
	all, err := w.list.cells(w.header)
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(w.dir, List), err)
	}
	w.layout = layoutOf(w.header, all)
	return w.list.write(w.dir)
}

// grid returns the layout of the batches so far.
func (w *Writer) grid() *layout {
	w.mu.Lock()
	defer w.mu.Unlock()
	grid := w.layout
	return &grid
}

// removeUnlisted removes parts of this run that are not listed: an earlier run was killed after it
// wrote them. It returns an error if there is any other file.
func (w *Writer) removeUnlisted() error {
	names, err := w.list.unlisted(w.dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		path := filepath.Join(w.dir, Folder, name)
		if !w.isPartOfRun(path, name) {
			return fmt.Errorf("%s is not a part of this run: move it away", path)
		}
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return nil
}

// isPartOfRun reports whether a file has the name of a part and this run's header.
func (w *Writer) isPartOfRun(path, name string) bool {
	if _, ok := numberOf(name); !ok {
		return false
	}
	h, err := headerOf(onDemand(path))
	if err != nil {
		return false
	}
	header, err := h.Text()
	return err == nil && string(header) == w.headerText
}

// Parts returns the number of parts of all batches so far.
func (w *Writer) Parts() int { return w.grid().parts() }

// Rows returns the number of rows of all batches so far.
func (w *Writer) Rows() int { return w.grid().rows() }

// Before returns the number of rows that an earlier run has written.
func (w *Writer) Before() int { return w.before.Observations() }

// NewBlock returns a block that is large enough for any part.
func (w *Writer) NewBlock() *Block { return newBlock(w.header) }

// Load assigns a block to a part, and reads into it the rows that an earlier run has written. It
// returns the number of these rows. If that is b.Rows, the part is finished and is not read.
func (w *Writer) Load(b *Block, number int) (done int, err error) {
	grid := w.grid()
	if p := w.earlier(number); p != nil {
		done = p.Rows
		if done < grid.partRows(number) {
			if err := w.before.fill(b, p); err != nil {
				return 0, err
			}
		}
	}
	b.assign(grid, number)
	return done, nil
}

// earlier returns the part that an earlier run has written, or nil.
func (w *Writer) earlier(number int) *part {
	if number >= len(w.before.parts) {
		return nil
	}
	return w.before.parts[number]
}

// Write writes the first rows of a block as its part. It replaces an earlier version of the part
// with fewer rows. When it returns, the rows are on disk and listed.
func (w *Writer) Write(b *Block, rows int) error {
	name := nameOf(b.Part, rows, b.Rows)
	sum := sha256.New()
	err := durable.Write(w.dir, filepath.Join(w.dir, Folder, name), func(file io.Writer) error {
		return encode(io.MultiWriter(file, sum), w.header, w.headerText, b, rows)
	})
	if err == nil {
		err = w.add(listed{Name: name, Rows: rows, Hash: hex.EncodeToString(sum.Sum(nil))}, b.Part)
	}
	switch {
	case durable.IsFull(err):
		return fmt.Errorf("%s: the disk is full; all parts written before are kept: free space and run the same command again to resume: %w", partPath(w.dir, name), err)
	case err != nil:
		return partError(w.dir, name, err)
	}
	return nil
}

func partPath(dir, name string) string { return filepath.Join(dir, Folder, name) }

// add lists a part, and removes the unfinished version that it replaces.
func (w *Writer) add(p listed, number int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	old := ""
	w.list.Parts = slices.DeleteFunc(w.list.Parts, func(q listed) bool {
		n, _ := numberOf(q.Name)
		if n == number && q.Name != p.Name {
			old = q.Name
		}
		return n == number
	})
	at, _ := slices.BinarySearchFunc(w.list.Parts, number, func(q listed, number int) int {
		n, _ := numberOf(q.Name)
		return n - number
	})
	w.list.Parts = slices.Insert(w.list.Parts, at, p)
	if err := w.list.write(w.dir); err != nil {
		return err
	}
	if old == "" {
		return nil
	}
	return os.Remove(partPath(w.dir, old))
}

// Store returns the samples that have been written so far. It does not compare the Writer's own
// parts with their SHA-256 again.
func (w *Writer) Store() (*Store, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	listed := w.list
	listed.Parts, listed.Batches = slices.Clone(listed.Parts), slices.Clone(listed.Batches)
	s := newStore(w.dir, w.header, w.headerText, listed, w.layout)
	for _, l := range listed.Parts {
		number, _ := numberOf(l.Name)
		if p := w.earlier(number); p != nil && p.Name == l.Name {
			s.parts[number] = p
			continue
		}
		if err := s.open(l); err != nil {
			return nil, err
		}
	}
	s.findCells()
	return s, nil
}

// onDemand is the path of a file that is open only while it is read: a run can have more parts than
// a process may have open files.
type onDemand string

func (path onDemand) size() (int64, error) {
	info, err := os.Stat(string(path))
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (path onDemand) ReadAt(b []byte, offset int64) (int, error) {
	f, err := os.Open(string(path))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return f.ReadAt(b, offset)
}
