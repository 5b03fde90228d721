package samples

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"tlslab/results"
	"tlslab/results/durable"
)

// header describes six cells, with metrics for every kind of column.
func header(replicates int) results.Header {
	h := results.Header{
		Schema: results.Schema, Scenario: "test", Version: "v", Seed: 1, Replicates: replicates,
		Factors: []results.Factor{{Name: "kind", Levels: []string{"full", "resumed"}}, {Name: "time", Levels: []string{"a", "b", "ü"}}},
		Metrics: []results.Metric{
			{Name: "time", Unit: results.UnitNanoseconds}, // the name of a factor too
			{Name: "constant", Unit: results.UnitBytes},
			{Name: "few", Unit: results.UnitCount},
			{Name: "rate", Unit: results.UnitBytesPerSecond},
			{Name: "never", Unit: results.UnitCount},
		},
	}
	for _, kind := range h.Factors[0].Levels {
		for _, time := range h.Factors[1].Levels {
			h.Cells = append(h.Cells, results.Cell{Levels: []string{kind, time}})
		}
	}
	return h
}

// observed is a row that depends only on its cell and replicate.
func observed(cell, replicate int) (outcome string, hash uint64, values []float64) {
	rng := rand.New(rand.NewPCG(uint64(cell), uint64(replicate)))
	outcome = results.OutcomeOK
	values = []float64{float64(rng.Int64N(1 << 53)), 517, float64(rng.IntN(4)), rng.NormFloat64(), math.NaN()}
	if rng.IntN(8) == 0 {
		outcome, values[0], values[3] = "timeout", math.NaN(), math.NaN()
	}
	return outcome, rng.Uint64(), values
}

// set fills a row of a block.
func set(b *Block, row int) {
	outcome, hash, values := observed(b.Place(row))
	c := b.NewChunk(1)
	c.Add(outcome, hash, func(metric int) float64 { return values[metric] })
	b.Put(row, c)
}

// fill writes the samples of a whole run and opens them. After a batch, the cells that continues
// returns have another one.
func fill(t *testing.T, dir string, h results.Header, continues ...[]int) *Store {
	t.Helper()
	w := begin(t, dir, h)
	writeParts(t, w)
	for _, cells := range continues {
		if slices.Equal(w.Undecided(), nil) {
			t.Fatal("no cell can continue")
		}
		if err := w.Continue(cells); err != nil {
			t.Fatal(err)
		}
		writeParts(t, w)
	}
	return open(t, dir)
}

// writeParts writes the parts that are not finished.
func writeParts(t *testing.T, w *Writer) {
	t.Helper()
	b := w.NewBlock()
	for part := range w.Parts() {
		done, err := w.Load(b, part)
		if err != nil {
			t.Fatal(err)
		}
		if done == b.Rows {
			continue
		}
		for row := done; row < b.Rows; row++ {
			set(b, row)
		}
		if err := w.Write(b, b.Rows); err != nil {
			t.Fatal(err)
		}
	}
}

func begin(t *testing.T, dir string, h results.Header) *Writer {
	t.Helper()
	w, err := Begin(dir, h)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func open(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// files maps the names of all files of a run to what they hold.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		all[filepath.ToSlash(name)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func same(a, b float64) bool { return a == b || a != a && b != b }

func TestWhatIsWrittenIsRead(t *testing.T) {
	for _, replicates := range []int{1, 7, 5000, 2*rowsPerPart/6 + 1, rowsPerPart + 10} {
		t.Run(fmt.Sprint("replicates=", replicates), func(t *testing.T) {
			dir := t.TempDir()
			s := fill(t, dir, header(replicates))
			if !s.Complete() || s.Observations() != 6*replicates || len(s.Cells()) != 6 {
				t.Fatalf("%d observations of %d cells", s.Observations(), len(s.Cells()))
			}
			checkColumns(t, s)
			checkRows(t, s)
		})
	}
}

// checkColumns reads a store column by column.
func checkColumns(t *testing.T, s *Store) {
	t.Helper()
	for metric := range s.header.Metrics {
		column, inPortions := s.Column(metric), s.Column(metric)
		for cell, c := range s.Cells() {
			values, err := column.Read(nil, cell)
			if err != nil || len(values) != c.N() {
				t.Fatalf("%d values of %d: %v", len(values), c.N(), err)
			}
			var portions []float64
			for from := 0; from < c.N(); from += 3000 {
				if portions, err = inPortions.ReadRows(portions, cell, results.Range{From: from, To: min(from+3000, c.N())}); err != nil {
					t.Fatal(err)
				}
			}
			if !slices.EqualFunc(portions, values, same) {
				t.Fatalf("cell %v: %s differs when it is read in portions", c.Levels, s.header.Metrics[metric].Name)
			}
			for i := 0; i < len(values); i += 1 + len(values)/50 {
				if _, _, want := observed(s.places[cell], i); !same(values[i], want[metric]) {
					t.Fatalf("cell %v, replicate %d: %s is %v, want %v", c.Levels, i, s.header.Metrics[metric].Name, values[i], want[metric])
				}
			}
		}
	}
	for cell, c := range s.Cells() {
		counts := map[string]int{}
		var failed results.Ranges
		for i := range c.N() {
			outcome, _, _ := observed(s.places[cell], i)
			counts[outcome]++
			if outcome != results.OutcomeOK {
				failed = failed.Add(results.Range{From: i, To: i + 1})
			}
		}
		if got, err := s.Failed(cell); err != nil || !slices.Equal(got, failed) {
			t.Errorf("cell %v: %v failed, want %v: %v", c.Levels, got, failed, err)
		}
		outcomes, err := s.Outcomes(cell)
		if err != nil || len(outcomes) != len(counts) {
			t.Fatalf("outcomes %v: %v", outcomes, err)
		}
		for _, o := range outcomes {
			if counts[o.Name] != o.N {
				t.Errorf("cell %v: %d of %s, want %d", c.Levels, o.N, o.Name, counts[o.Name])
			}
		}
	}
}

// checkRows reads a store part by part.
func checkRows(t *testing.T, s *Store) {
	t.Helper()
	rows := 0
	err := s.Each(func(b *Block) error {
		rows += b.Rows
		for row := 0; row < b.Rows; row += 1 + b.Rows/100 {
			cell, replicate := b.Place(row)
			outcome, hash, values := observed(cell, replicate)
			if b.Outcome[row] != outcome || b.Hash[row] != hash || !same(b.Values[0][row], values[0]) || !same(b.Values[3][row], values[3]) {
				t.Fatalf("replicate %d of cell %d is not as it was written", replicate, cell)
			}
		}
		return nil
	})
	if err != nil || rows != s.Observations() {
		t.Errorf("%d rows: %v", rows, err)
	}
}

func TestAFinishedPartReplacesTheUnfinishedOne(t *testing.T) {
	whole, dir := t.TempDir(), t.TempDir()
	h := header(rowsPerPart + 10)
	fill(t, whole, h)
	for _, rows := range []int{64, 640} {
		w := begin(t, dir, h)
		b := w.NewBlock()
		done, err := w.Load(b, 1)
		if err != nil {
			t.Fatal(err)
		}
		for row := done; row < rows; row++ {
			set(b, row)
		}
		if err := w.Write(b, rows); err != nil {
			t.Fatal(err)
		}
		s := open(t, dir)
		cells := s.Cells()
		first := (rowsPerPart + 10) / 2 // part 1 is the second half of the first cell
		if len(cells) != 1 || !slices.Equal(cells[0].Replicates, []results.Range{{From: first, To: first + rows}}) || s.Complete() {
			t.Errorf("the cells are %+v", cells)
		}
		if values, err := s.Column(1).Read(nil, 0); err != nil || len(values) != rows {
			t.Errorf("%d values: %v", len(values), err)
		}
	}
	fill(t, dir, h)
	if a, b := files(t, dir), files(t, whole); !maps.Equal(a, b) {
		t.Errorf("the files are %v, and of an uninterrupted run %v", slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(b)))
	}
}

// Open finds a flipped bit in any file, and its error names the file.
func TestAFlippedBitIsRefusedWithTheNameOfTheFile(t *testing.T) {
	dir := t.TempDir()
	h := header(40)
	fill(t, dir, h)
	rng := rand.New(rand.NewPCG(1, 2))
	for name, text := range files(t, dir) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		for range flips(300) {
			flipped := []byte(text)
			at := rng.IntN(len(flipped))
			flipped[at] ^= 1 << rng.IntN(8)
			refused(t, dir, path, flipped, h)
		}
		for _, n := range []int{0, 1, len(text) / 2, len(text) - 1} {
			refused(t, dir, path, []byte(text)[:n], h)
		}
		refused(t, dir, path, []byte(text+"\n"), h)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	open(t, dir)
}

// flips returns the number of changes that a test tries: with -short a tenth.
func flips(n int) int {
	if testing.Short() {
		return n / 10
	}
	return n
}

// refused writes other content into a file and expects that Open and Begin fail and name the file.
func refused(t *testing.T, dir, path string, content []byte, h results.Header) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("Open: got %v, want an error that names %s", err, path)
	}
	if _, err := Begin(dir, h); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("Begin: got %v, want an error that names %s", err, path)
	}
}

func TestPartsThatDoNotBelongToTheRunAreRefusedWithTheirNames(t *testing.T) {
	h := header(rowsPerPart + 10)
	h.Cells = h.Cells[:1] // two parts
	other := h
	other.Seed = 2
	dir, otherDir := t.TempDir(), t.TempDir()
	fill(t, dir, h)
	fill(t, otherDir, other)
	want, otherFiles := files(t, dir), files(t, otherDir)
	first, second := Folder+"/part-00000.parquet", Folder+"/part-00001.parquet"
	for _, test := range []struct {
		what, name string
		change     func(files map[string]string)
	}{
		{"a part that is missing", first, func(f map[string]string) { delete(f, first) }},
		{"a part that is not listed", "notes.txt", func(f map[string]string) { f[Folder+"/notes.txt"] = "mine" }},
		{"a part of another run", first, func(f map[string]string) { f[first] = otherFiles[first] }},
		{"two parts that are swapped", "part-0000", func(f map[string]string) { f[first], f[second] = f[second], f[first] }},
	} {
		dir := t.TempDir()
		changed := maps.Clone(want)
		test.change(changed)
		restore(t, dir, changed)
		if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), test.name) {
			t.Errorf("%s: got %v, want an error that names %s", test.what, err, test.name)
		}
	}
	// A part of another run is refused even if parts.json lists it with its hash.
	mixed := maps.Clone(want)
	mixed[second] = otherFiles[second]
	restore(t, dir, mixed)
	l, err := readList(dir)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := readList(otherDir)
	if err != nil {
		t.Fatal(err)
	}
	l.Parts[1] = theirs.Parts[1]
	if err := l.write(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "part-00001.parquet: belongs to another run") {
		t.Errorf("a listed part of another run: got %v", err)
	}
}

// restore makes a folder that has these files.
func restore(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
}

// A listed file whose hash is right but whose content is not a part gives an error, not a panic.
func TestAListedFileThatIsNoPartIsAnErrorAndNoPanic(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir, header(40))
	original := files(t, dir)[Folder+"/part-00000.parquet"]
	rng := rand.New(rand.NewPCG(3, 4))
	for range flips(300) {
		text := []byte(original)
		for range 1 + rng.IntN(3) {
			text[rng.IntN(len(text))] ^= byte(1 + rng.IntN(255))
		}
		p := listed{Name: "part-00000.parquet", Rows: 240, Hash: durable.Hash(text)}
		restore(t, dir, map[string]string{Folder + "/" + p.Name: string(text)})
		if err := (&list{Schema: results.Schema, Parts: []listed{p}}).write(dir); err != nil {
			t.Fatal(err)
		}
		s, err := Open(dir)
		if err != nil {
			continue
		}
		for metric := range s.header.Metrics {
			s.Column(metric).Read(nil, 0)
		}
		s.Outcomes(0)
		s.Events()
	}
}

func TestAFolderOfAnEarlierVersionIsRefusedWithWhatToDo(t *testing.T) {
	dir := t.TempDir()
	restore(t, dir, map[string]string{"samples.jsonl": "{}\n"})
	if _, err := Open(dir); !errors.Is(err, ErrOlder) || !strings.Contains(err.Error(), "run the scenario again into another folder") {
		t.Errorf("got %v, want %v", err, ErrOlder)
	}
	if _, err := Open(t.TempDir()); !errors.Is(err, ErrNone) {
		t.Errorf("an empty folder: got %v, want %v", err, ErrNone)
	}
}

func TestValuesThatDoNotFitAreRefused(t *testing.T) {
	h := header(2)
	for what, change := range map[string]func(b *Block){
		"outcome":         func(b *Block) { b.Outcome[3] = "" },
		`"rate" is +Inf`:  func(b *Block) { b.Values[3][3] = math.Inf(1) },
		`"few" is 1.5`:    func(b *Block) { b.Values[2][3] = 1.5 },
		`"time" is 1e+19`: func(b *Block) { b.Values[0][3] = 1e19 },
	} {
		w := begin(t, t.TempDir(), h)
		b := w.NewBlock()
		if _, err := w.Load(b, 0); err != nil {
			t.Fatal(err)
		}
		for row := range b.Rows {
			set(b, row)
		}
		change(b)
		if err := w.Write(b, b.Rows); err == nil || !strings.Contains(err.Error(), what) || !strings.Contains(err.Error(), "replicate 1 of cell [full b]") {
			t.Errorf("got %v, want an error that says %s", err, what)
		}
	}
}

func TestCompareFindsTheReplicatesThatDiffer(t *testing.T) {
	dir, again := t.TempDir(), t.TempDir()
	h := header(40)
	first := fill(t, dir, h)
	h.Version = "w"
	w := begin(t, again, h)
	err := first.Each(func(b *Block) error {
		b.Values[1][7]++
		b.Values[4][50] = 3
		b.Outcome[90] = "reset"
		b.Hash[91]++
		return w.Write(b, b.Rows)
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Compare(first, open(t, again))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"cell [full a], replicate 7: constant 517, now 518", "cell [full b], replicate 10: never not reached, now 3",
		"cell [full ü], replicate 10: outcome ", "cell [full ü], replicate 11: other events",
	}
	if c.Compared != 240 || c.Differ != 4 || len(c.Examples) != 4 {
		t.Fatalf("%+v", c)
	}
	for i := range want {
		if !strings.HasPrefix(c.Examples[i], want[i]) {
			t.Errorf("got %q, want %q …", c.Examples[i], want[i])
		}
	}
	if c, err := Compare(first, first); err != nil || c.Differ != 0 || c.Compared != 240 {
		t.Errorf("a run and itself: %+v, %v", c, err)
	}
}

func TestTheWriterReadsThePartsOfAnEarlierRun(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir, header(5000))
	w := begin(t, dir, header(5000))
	s, err := w.Store()
	if err != nil {
		t.Fatal(err)
	}
	if w.Before() != 30_000 || s.Observations() != 30_000 {
		t.Errorf("%d rows before, %d now", w.Before(), s.Observations())
	}
	checkColumns(t, s)
}

// Parts may encode a column differently: what is constant in one cell is random in the next.
func TestPartsOfDifferentEncodingsBecomeOneFile(t *testing.T) {
	dir := t.TempDir()
	h := header(rowsPerPart)
	h.Cells = h.Cells[:2] // a part each
	w := begin(t, dir, h)
	b := w.NewBlock()
	for part := range w.Parts() {
		if _, err := w.Load(b, part); err != nil {
			t.Fatal(err)
		}
		for row := range b.Rows {
			if set(b, row); part == 0 {
				b.Outcome[row], b.Hash[row] = results.OutcomeOK, 7
				for i := range b.Values {
					b.Values[i][row] = float64(row % 3)
				}
			}
		}
		if err := w.Write(b, b.Rows); err != nil {
			t.Fatal(err)
		}
	}
	var one bytes.Buffer
	if err := WriteOne(&one, open(t, dir)); err != nil {
		t.Fatal(err)
	}
	type row struct {
		Kind      string   `parquet:"kind"`
		Replicate int64    `parquet:"replicate"`
		Time      *int64   `parquet:"time"`
		Rate      *float64 `parquet:"rate"`
		Hash      uint64   `parquet:"hash"`
	}
	rows, err := parquet.Read[row](bytes.NewReader(one.Bytes()), int64(one.Len()))
	if err != nil || len(rows) != 2*rowsPerPart {
		t.Fatalf("%d rows: %v", len(rows), err)
	}
	for i := 0; i < len(rows); i += 997 {
		r, wantTime, wantRate, wantHash := rows[i], float64(i%3), float64(i%3), uint64(7)
		if i >= rowsPerPart {
			set(b, i-rowsPerPart) // b is the block of the second part
			wantTime, wantRate, wantHash = b.Values[0][i-rowsPerPart], b.Values[3][i-rowsPerPart], b.Hash[i-rowsPerPart]
		}
		if r.Hash != wantHash || (r.Time == nil) != math.IsNaN(wantTime) || r.Time != nil && float64(*r.Time) != wantTime || r.Rate != nil && *r.Rate != wantRate {
			t.Fatalf("row %d is %+v", i, r)
		}
	}
}
