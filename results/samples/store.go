package samples

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"github.com/parquet-go/parquet-go"
	"golang.org/x/sync/errgroup"

	"tlslab/results"
	"tlslab/results/durable"
)

// Store reads the samples of a run. It is a results.Source.
type Store struct {
	dir        string
	header     *results.Header
	headerText string
	list       list
	layout     layout
	parts      []*part // by number; nil if there is no such part yet
	cells      []results.Observed
	places     []int // index in Header.Cells of each of cells

	counting       sync.Once
	outcomes       [][]results.Outcome // by index in Header.Cells
	failed         []results.Ranges    // by index in Header.Cells
	countingFailed error
}

// Open reads dir/parts.json and the parts that it lists, and compares each with its SHA-256. It
// returns an error that names the file if a part is missing, was changed, was cut off or belongs to
// another run, or if dir/samples holds a file that is not listed. ErrNone and ErrOlder are the
// errors of a folder without samples of this version.
//
// The parts stay on disk: a Store reads a column from them when it is asked for. They must not
// change while the Store is in use.
func Open(dir string) (*Store, error) {
	l, err := readList(dir)
	if err != nil {
		return nil, err
	}
	names, err := l.unlisted(dir)
	if err != nil {
		return nil, err
	}
	if len(names) > 0 {
		return nil, fmt.Errorf("%s is not listed in %s: move it away, or run the scenario again into this folder", filepath.Join(dir, Folder, names[0]), List)
	}
	if len(l.Parts) == 0 {
		return nil, fmt.Errorf("%s: %w: run the scenario again into this folder", dir, ErrNone)
	}
	return load(dir, l, nil)
}

// load checks and opens the listed parts. If h is nil, the header is that of the first part.
func load(dir string, l *list, h *results.Header) (*Store, error) {
	if err := checkHashes(dir, l.Parts); err != nil {
		return nil, err
	}
	if h == nil {
		first, err := headerOf(onDemand(partPath(dir, l.Parts[0].Name)))
		if err != nil {
			return nil, partError(dir, l.Parts[0].Name, err)
		}
		h = first
	}
	text, err := h.Text()
	if err != nil {
		return nil, err
	}
	grid, err := l.layout(h)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, List), err)
	}
	s := newStore(dir, h, string(text), *l, grid)
	for _, p := range l.Parts {
		if err := s.open(p); err != nil {
			return nil, err
		}
	}
	s.findCells()
	return s, nil
}

// open opens a listed part.
func (s *Store) open(l listed) error {
	number, _ := numberOf(l.Name)
	file := onDemand(partPath(s.dir, l.Name))
	size, err := file.size()
	if err != nil {
		return err
	}
	if s.parts[number], err = s.openPart(file, size, l, number); err != nil {
		return partError(s.dir, l.Name, err)
	}
	return nil
}

func partError(dir, name string, err error) error {
	return fmt.Errorf("%s: %w", filepath.Join(dir, Folder, name), err)
}

// ErrPart is the error of a part whose SHA-256 is not the listed one.
var ErrPart = errors.New("the part was changed after tlslab wrote it, or was cut off: restore it, or run the scenario again into another folder")

// checkHashes compares parts with their SHA-256. It reads each byte once and keeps none.
func checkHashes(dir string, parts []listed) error {
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, p := range parts {
		group.Go(func() error {
			hash, err := durable.HashFile(partPath(dir, p.Name))
			if err != nil {
				return fmt.Errorf("%w, but %s lists this part: restore it, or run the scenario again into another folder", err, List)
			}
			if hash != p.Hash {
				return partError(dir, p.Name, ErrPart)
			}
			return nil
		})
	}
	return group.Wait()
}

// headerOf returns the header that a part carries.
func headerOf(path onDemand) (h *results.Header, err error) {
	defer recovered(&err)
	size, err := path.size()
	if err != nil {
		return nil, err
	}
	file, err := openFile(path, size)
	if err != nil {
		return nil, err
	}
	header, _ := file.Lookup(keyHeader)
	return results.ParseHeader([]byte(header))
}

func newStore(dir string, h *results.Header, headerText string, l list, grid layout) *Store {
	return &Store{dir: dir, header: h, headerText: headerText, list: l, layout: grid, parts: make([]*part, grid.parts())}
}

// findCells lists the cells that the parts have rows of.
func (s *Store) findCells() {
	for cell := range s.header.Cells {
		var ranges results.Ranges
		s.eachPart(cell, func(p *part, rows results.Range) {
			_, from := p.place(rows.From)
			ranges = ranges.Add(results.Range{From: from, To: from + rows.Len()})
		})
		if len(ranges) > 0 {
			s.cells = append(s.cells, results.Observed{Cell: s.header.Cells[cell], Replicates: ranges})
			s.places = append(s.places, cell)
		}
	}
}

// eachPart calls visit with each part that has rows of a cell, and with the range of these rows in
// the part. cell is an index into Header.Cells.
func (s *Store) eachPart(cell int, visit func(p *part, rows results.Range)) {
	for i := range s.layout.batches {
		first, end, rows := s.layout.batches[i].partsOf(cell)
		for _, p := range s.parts[first:end] {
			if p == nil {
				continue
			}
			from, to := max(rows.From, p.rows.From), min(rows.To, p.rows.To)
			if from < to {
				visit(p, results.Range{From: from - p.rows.From, To: to - p.rows.From})
			}
		}
	}
}

// Header returns the description of the run.
func (s *Store) Header() *results.Header { return s.header }

// Cells returns the cells that have observations, in the order of Header.Cells.
func (s *Store) Cells() []results.Observed { return s.cells }

// Observations returns the number of replicates in the store.
func (s *Store) Observations() int {
	n := 0
	for _, p := range s.parts {
		if p != nil {
			n += p.Rows
		}
	}
	return n
}

// Complete reports whether the run is finished: the store has every replicate of every cell, and no
// cell gets another batch.
func (s *Store) Complete() bool {
	return s.Observations() == s.layout.rows() && s.list.complete(s.header)
}

// Hashes maps the name of each part, such as samples/part-00000.parquet, to its SHA-256.
func (s *Store) Hashes() map[string]string {
	all := map[string]string{}
	for _, p := range s.parts {
		if p != nil {
			all[Folder+"/"+p.Name] = p.Hash
		}
	}
	return all
}

// ListHash returns the SHA-256 of parts.json.
func (s *Store) ListHash() string { return s.list.hash }

// Outcomes returns how often each outcome occurred in a cell.
func (s *Store) Outcomes(cell int) ([]results.Outcome, error) {
	if err := s.countOutcomes(); err != nil {
		return nil, err
	}
	return slices.Clone(s.outcomes[s.places[cell]]), nil
}

// Failed returns the numbers of the replicates of a cell whose outcome is not ok.
func (s *Store) Failed(cell int) (results.Ranges, error) {
	if err := s.countOutcomes(); err != nil {
		return nil, err
	}
	return s.failed[s.places[cell]], nil
}

// countOutcomes counts the outcomes of all cells. It reads each part once, at the first call.
func (s *Store) countOutcomes() error {
	s.counting.Do(func() {
		s.outcomes = make([][]results.Outcome, len(s.header.Cells))
		s.failed = make([]results.Ranges, len(s.header.Cells))
		for _, p := range s.parts {
			if p == nil || s.countingFailed != nil {
				continue
			}
			if err := s.countPart(p); err != nil {
				s.countingFailed = partError(s.dir, p.Name, err)
			}
		}
	})
	return s.countingFailed
}

// countPart counts the outcomes of a part.
func (s *Store) countPart(p *part) error {
	last := 0 // index in counts of the previous row's outcome
	return p.strings(len(s.header.Factors)+1, func(row int, outcome string) {
		cell, replicate := p.place(row)
		if outcome != results.OutcomeOK {
			s.failed[cell] = s.failed[cell].Add(results.Range{From: replicate, To: replicate + 1})
		}
		counts := s.outcomes[cell]
		if last >= len(counts) || counts[last].Name != outcome {
			last = slices.IndexFunc(counts, func(o results.Outcome) bool { return o.Name == outcome })
		}
		if last < 0 {
			last = len(counts)
			counts = append(counts, results.Outcome{Name: outcome})
			s.outcomes[cell] = counts
		}
		counts[last].N++
	})
}

// Column returns a reader of one metric.
func (s *Store) Column(metric int) results.Column {
	return &column{store: s, metric: metric, column: len(s.header.Factors) + 2 + metric}
}

// column reads a metric. If not all values of a part are wanted at once, it keeps them until all
// have been read.
type column struct {
	store          *Store
	metric, column int
	kept           map[*part]*shared
}

// shared holds the values of a part of which some have been read.
type shared struct {
	values []float64
	read   int // how many of the values have been read
}

func (c *column) Read(dst []float64, cell int) ([]float64, error) {
	return c.ReadRows(dst, cell, results.Range{To: c.store.cells[cell].N()})
}

func (c *column) ReadRows(dst []float64, cell int, want results.Range) ([]float64, error) {
	var failed error
	dst = slices.Grow(dst, want.Len())
	before := 0 // rows of the cell in earlier parts
	c.store.eachPart(c.store.places[cell], func(p *part, rows results.Range) {
		n := rows.Len()
		from, to := max(want.From-before, 0), min(want.To-before, n)
		before += n
		if failed != nil || from >= to {
			return
		}
		rows = results.Range{From: rows.From + from, To: rows.From + to}
		var err error
		if rows.Len() == p.Rows {
			dst, err = c.decode(dst, p)
		} else {
			dst, err = c.share(dst, p, rows)
		}
		if err != nil {
			failed = partError(c.store.dir, p.Name, err)
		}
	})
	return dst, failed
}

func (c *column) decode(dst []float64, p *part) ([]float64, error) {
	return p.values(dst, c.column, c.store.header.Metrics[c.metric].Integer())
}

func (c *column) share(dst []float64, p *part, rows results.Range) ([]float64, error) {
	if c.kept == nil {
		c.kept = map[*part]*shared{}
	}
	k := c.kept[p]
	if k == nil {
		values, err := c.decode(make([]float64, 0, p.Rows), p)
		if err != nil {
			return dst, err
		}
		k = &shared{values: values}
		c.kept[p] = k
	}
	if k.read += rows.Len(); k.read >= p.Rows {
		delete(c.kept, p)
	}
	return append(dst, k.values[rows.From:rows.To]...), nil
}

// Events returns the SHA-256, in hexadecimal digits, over the hashes of all replicates in the order
// of the parts' rows, each as 8 bytes, big-endian.
func (s *Store) Events() (string, error) {
	h := sha256.New()
	var hashes []uint64
	var text []byte
	for _, p := range s.parts {
		if p == nil {
			continue
		}
		var err error
		if hashes, err = p.hashes(hashes[:0], len(s.header.Columns())-1); err != nil {
			return "", partError(s.dir, p.Name, err)
		}
		text = text[:0]
		for _, v := range hashes {
			text = binary.BigEndian.AppendUint64(text, v)
		}
		h.Write(text)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Each calls visit with the rows of each part, in the order of the run, and stops at visit's first
// error. visit may not keep the block.
func (s *Store) Each(visit func(*Block) error) error {
	b := newBlock(s.header)
	for _, p := range s.parts {
		if p == nil {
			continue
		}
		if err := s.fill(b, p); err != nil {
			return err
		}
		if err := visit(b); err != nil {
			return err
		}
	}
	return nil
}

// fill reads a part into a block.
func (s *Store) fill(b *Block, p *part) error {
	b.assign(&s.layout, p.number)
	b.Rows = p.Rows
	at := len(s.header.Factors) + 1
	err := p.strings(at, func(row int, outcome string) { b.Outcome[row] = outcome })
	for i := range s.header.Metrics {
		if err == nil {
			_, err = p.values(b.Values[i][:0], at+1+i, s.header.Metrics[i].Integer())
		}
	}
	if err == nil {
		_, err = p.hashes(b.Hash[:0], len(s.header.Columns())-1)
	}
	if err != nil {
		return partError(s.dir, p.Name, err)
	}
	return nil
}

var _ results.Source = (*Store)(nil)

// WriteOne writes all parts as one Parquet file.
func WriteOne(w io.Writer, s *Store) error {
	var out *parquet.GenericWriter[any]
	for _, p := range s.parts {
		if p == nil {
			continue
		}
		file, err := p.file()
		if err != nil {
			return partError(s.dir, p.Name, err)
		}
		if out == nil {
			out = parquet.NewGenericWriter[any](w, file.Schema(),
				parquet.Compression(codec),
				parquet.CreatedBy("tlslab", s.header.Version, ""),
				parquet.KeyValueMetadata(keyHeader, s.headerText),
				parquet.PageBufferSize(16*rowsPerPart),
				parquet.DataPageStatistics(false),
			)
		}
		if err := copyRows(out, file); err != nil {
			return partError(s.dir, p.Name, err)
		}
	}
	if out == nil {
		return fmt.Errorf("%s: %w", s.dir, ErrNone)
	}
	return out.Close()
}

func copyRows(out *parquet.GenericWriter[any], file *parquet.File) (err error) {
	defer recovered(&err)
	_, err = out.WriteRowGroup(file.RowGroups()[0])
	return errors.Join(err, out.Flush())
}
