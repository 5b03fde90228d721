package samples

import (
	"slices"
	"testing"

	"tlslab/results"
)

// grid returns a header with a number of cells and replicates, or up to a number with a Target.
func grid(cells, replicates int, target bool) *results.Header {
	h := &results.Header{Replicates: replicates, Cells: make([]results.Cell, cells)}
	if target {
		h.Target = &results.Target{Most: replicates}
	}
	return h
}

// every returns every n-th of some numbers.
func every(n int, of []int) (some []int) {
	for i := 0; i < len(of); i += n {
		some = append(some, of[i])
	}
	return some
}

func TestPartsCoverEveryReplicateOnceAndInOrder(t *testing.T) {
	for _, g := range []struct {
		cells, replicates int
		target            bool
	}{
		{1, 1, false}, {6, 7, false}, {800, 40, false}, {60, 10_000, false}, {3, rowsPerPart, false},
		{2, rowsPerPart + 1, false}, {1, 1_000_000, false}, {0, 5, false},
		{1, 5, true}, {7, 3000, true}, {70, 100_000, true}, {1, 1_000_000, true},
	} {
		h := grid(g.cells, g.replicates, g.target)
		cells := [][]int{allCells(h)}
		for len(cells) < len(h.Batches()) {
			cells = append(cells, every(2, cells[len(cells)-1]))
		}
		l := layoutOf(h, cells)
		next := make([]int, g.cells) // replicate of each cell
		total := 0
		for part := range l.parts() {
			b := l.batchOf(part)
			rows := b.rowsOf(part)
			if rows.Len() < 1 || rows.Len() > largest(h) || rows.Len() != l.partRows(part) {
				t.Fatalf("%+v: part %d has the rows %+v", g, part, rows)
			}
			for row := rows.From; row < rows.To; row++ {
				cell, replicate := b.place(row)
				if replicate != next[cell] {
					t.Fatalf("%+v: part %d has replicate %d of cell %d, and %d is next", g, part, replicate, cell, next[cell])
				}
				next[cell]++
				total++
				if row > rows.From && row < rows.To-1 {
					continue
				}
				if first, end, of := b.partsOf(cell); part < first || part >= end || row < of.From || row >= of.To {
					t.Fatalf("%+v: part %d has row %d of cell %d, but its parts are %d to %d and its rows %+v", g, part, row, cell, first, end, of)
				}
			}
		}
		for cell, n := range next {
			last := 0
			for i, with := range cells {
				if slices.Contains(with, cell) {
					last = i
				}
			}
			if want := h.Batches()[last].To; n != want {
				t.Errorf("%+v: cell %d has %d replicates, want %d", g, cell, n, want)
			}
		}
		if l.rows() != total {
			t.Errorf("%+v: %d rows, want %d", g, l.rows(), total)
		}
	}
}

// A batch that is added must not move the parts that are on disk.
func TestABatchThatIsAddedLeavesTheEarlierParts(t *testing.T) {
	h := grid(100, 50_000, true)
	cells := [][]int{allCells(h), every(3, allCells(h)), {3, 9, 96}}
	before, after := layoutOf(h, cells[:2]), layoutOf(h, cells)
	if after.parts() <= before.parts() {
		t.Fatalf("%d parts, and with a third batch %d", before.parts(), after.parts())
	}
	for part := range before.parts() {
		a, b := before.batchOf(part), after.batchOf(part)
		if a.rowsOf(part) != b.rowsOf(part) || !slices.Equal(a.cells, b.cells) || a.replicates != b.replicates {
			t.Fatalf("part %d has other rows", part)
		}
	}
}

func TestIndicesAreReadAsTheyWereWritten(t *testing.T) {
	for text, all := range map[string][]int{"0": {0}, "0-2": {0, 1, 2}, "0 2-3 7": {0, 2, 3, 7}} {
		if got := formatIndices(all); got != text {
			t.Errorf("%v is written as %q, want %q", all, got, text)
		}
		if got, ok := parseIndices(text, 8); !ok || !slices.Equal(got, all) {
			t.Errorf("%q is read as %v", text, got)
		}
	}
	for _, text := range []string{"", "8", "0-8", "2-1", "1 1", "3 2", "0-3 3", "a", "-1", "1-", "0-99999999999999999999"} {
		if all, ok := parseIndices(text, 8); ok {
			t.Errorf("%q is read as %v", text, all)
		}
	}
}
