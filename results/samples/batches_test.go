package samples

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tlslab/results"
)

// targeted describes six cells with batches that end at 1000, 2000, 4000 and 5000 replicates.
func targeted() results.Header {
	h := header(5000)
	h.Target = &results.Target{Metric: "time", Statistic: "p95", Relative: 0.02, Most: 5000}
	return h
}

// continues has cells that end after each batch: 4 of 6 have a second, 2 a third, one a fourth.
var continues = [][]int{{0, 1, 3, 5}, {1, 5}, {5}}

func TestCellsMayHaveDifferentNumbersOfReplicates(t *testing.T) {
	s := fill(t, t.TempDir(), targeted(), continues...)
	var n []int
	for _, c := range s.Cells() {
		n = append(n, c.N())
		if len(c.Replicates) != 1 || c.Replicates[0].From != 0 {
			t.Errorf("cell %v has the replicates %v", c.Levels, c.Replicates)
		}
	}
	if want := []int{2000, 4000, 1000, 2000, 1000, 5000}; !slices.Equal(n, want) {
		t.Errorf("the cells have %v replicates, want %v", n, want)
	}
	if !s.Complete() || s.Observations() != 15_000 {
		t.Errorf("%d observations, complete: %v", s.Observations(), s.Complete())
	}
	checkColumns(t, s)
	checkRows(t, s)
}

// A run is finished if its last batch is on disk, or if no cell continues.
func TestARunIsCompleteOnceNoCellContinues(t *testing.T) {
	dir := t.TempDir()
	w := begin(t, dir, targeted())
	writeParts(t, w)
	if s := open(t, dir); s.Complete() {
		t.Error("complete before it is decided which cells continue")
	}
	if got := w.Undecided(); !slices.Equal(got, []int{0, 1, 2, 3, 4, 5}) {
		t.Errorf("undecided are %v", got)
	}
	if err := w.Continue([]int{2}); err != nil {
		t.Fatal(err)
	}
	if s := open(t, dir); s.Complete() || w.Rows() != 7000 {
		t.Errorf("complete without the second batch, of %d rows", w.Rows())
	}
	writeParts(t, w)
	if err := w.Continue(nil); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	if !s.Complete() || s.Observations() != 7000 || w.Undecided() != nil {
		t.Errorf("%d observations, complete: %v", s.Observations(), s.Complete())
	}
	if w := begin(t, dir, targeted()); w.Undecided() != nil || w.Before() != 7000 {
		t.Errorf("a second run has %d rows and decides on %v", w.Before(), w.Undecided())
	}
}

// However a run with batches was interrupted, the files become those of an uninterrupted run.
func TestARunWithBatchesResumesAtAnyPart(t *testing.T) {
	whole := t.TempDir()
	fill(t, whole, targeted(), continues...)
	want := files(t, whole)
	dir := t.TempDir()
	step := 0 // of the parts and decisions; each begins a new Writer
	for batch := range len(continues) + 1 {
		for {
			w := begin(t, dir, targeted())
			b := w.NewBlock()
			part, done := 0, 0
			for ; part < w.Parts(); part++ {
				var err error
				if done, err = w.Load(b, part); err != nil {
					t.Fatal(err)
				}
				if done < b.Rows {
					break
				}
			}
			if part == w.Parts() {
				break
			}
			rows := b.Rows
			if step++; step%2 == 1 && done == 0 {
				rows = 64
			}
			for row := done; row < rows; row++ {
				set(b, row)
			}
			if err := w.Write(b, rows); err != nil {
				t.Fatal(err)
			}
			checkColumnsRead(t, open(t, dir))
		}
		if batch == len(continues) {
			break
		}
		if err := begin(t, dir, targeted()).Continue(continues[batch]); err != nil {
			t.Fatal(err)
		}
	}
	if got := files(t, dir); !maps.Equal(got, want) {
		t.Errorf("the files are %v, and of an uninterrupted run %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
}

// checkColumnsRead reads the columns of a store that may lack rows.
func checkColumnsRead(t *testing.T, s *Store) {
	t.Helper()
	column := s.Column(0)
	for cell, c := range s.Cells() {
		values, err := column.Read(nil, cell)
		if err != nil || len(values) != c.N() {
			t.Fatalf("%d values of %d: %v", len(values), c.N(), err)
		}
		i := 0
		for _, r := range c.Replicates {
			for replicate := r.From; replicate < r.To; replicate++ {
				if _, _, want := observed(s.places[cell], replicate); !same(values[i], want[0]) {
					t.Fatalf("cell %v, replicate %d: got %v, want %v", c.Levels, replicate, values[i], want[0])
				}
				i++
			}
		}
	}
}

func TestAListThatDoesNotFitTheRunIsRefusedByName(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir, targeted(), continues...)
	path := filepath.Join(dir, List)
	original, err := readList(dir)
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(l *list){
		"lists 0 batches":             func(l *list) { l.Batches = nil },
		"lists 5 batches":             func(l *list) { l.Batches = append(l.Batches, l.Batches[3]) },
		"batch 1 ends at 1999":        func(l *list) { l.Batches[1].Replicates-- },
		`cannot have the cells "6"`:   func(l *list) { l.Batches[2].Cells = "6" },
		`cannot have the cells "0-4"`: func(l *list) { l.Batches[0].Cells = "0-4" },
		"batch 2 has a cell":          func(l *list) { l.Batches[2].Cells = "2 5" },
		"is not a part of this run":   func(l *list) { l.Batches = l.Batches[:2] },
		"cannot have":                 func(l *list) { l.Batches[1].Cells = "0-1 5" },
	} {
		l := *original
		l.Batches = slices.Clone(original.Batches)
		change(&l)
		if err := l.write(dir); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("got %v, want an error that says %q and names %s", err, want, path)
		}
	}
}

func TestAMissingPartOfALaterBatchIsRefusedByName(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir, targeted(), continues...)
	last := filepath.Join(dir, Folder, nameOf(3, 1, 1))
	text, err := os.ReadFile(last)
	if err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func() error{
		"missing": func() error { return os.Remove(last) },
		"cut":     func() error { return os.WriteFile(last, text[:len(text)/2], 0o644) },
		"of another batch": func() error {
			other, err := os.ReadFile(filepath.Join(dir, Folder, nameOf(2, 1, 1)))
			if err != nil {
				return err
			}
			return os.WriteFile(last, other, 0o644)
		},
	} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), last) {
			t.Errorf("%s: got %v, want an error that names %s", what, err, last)
		}
	}
}

// Two versions of tlslab may stop a cell at different numbers.
func TestCompareFindsCellsThatStopAtDifferentNumbers(t *testing.T) {
	first := fill(t, t.TempDir(), targeted(), continues...)
	second := fill(t, t.TempDir(), targeted(), []int{0, 2, 3, 5}, []int{5}, []int{5})
	c, err := Compare(first, second)
	if err != nil {
		t.Fatal(err)
	}
	// Cell 1 has 4000 and 1000 replicates, cell 2 has 1000 and 2000.
	if c.Compared != 15_000-3000 || c.Differ != 0 || c.Uneven != 2 || len(c.Examples) != 2 {
		t.Fatalf("%+v", c)
	}
	for i, want := range []string{"cell [full b]: 4000 replicates, now 1000", "cell [full ü]: 1000 replicates, now 2000"} {
		if c.Examples[i] != want {
			t.Errorf("got %q, want %q", c.Examples[i], want)
		}
	}
	if c, err := Compare(first, first); err != nil || c.Differ+c.Uneven != 0 || c.Compared != 15_000 {
		t.Errorf("a run and itself: %+v, %v", c, err)
	}
	other := targeted()
	other.Target.Relative = 0.01
	if _, err := Compare(first, fill(t, t.TempDir(), other)); err == nil || !strings.Contains(err.Error(), "numbers of replicates") {
		t.Errorf("another target: got %v", err)
	}
}
