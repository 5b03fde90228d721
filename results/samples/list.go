package samples

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tlslab/results"
	"tlslab/results/durable"
)

// The names of the files that hold a run's samples.
const (
	Folder = "samples"    // holds the parts, and nothing else
	List   = "parts.json" // lists them
)

// list is parts.json.
type list struct {
	Schema int `json:"schema"`
	// Batches and Stopped are of a run whose header has a Target. Stopped says that no cell gets
	// another batch.
	Batches []listedBatch `json:"batches,omitempty"`
	Stopped bool          `json:"stopped,omitempty"`
	Parts   []listed      `json:"parts"`

	hash string // SHA-256 of the file
}

// listedBatch is a batch of replicates in parts.json.
type listedBatch struct {
	// Replicates is the number of replicates of a cell at the end of the batch.
	Replicates int `json:"replicates"`
	// Cells are the cells that have the batch, as indices into Header.Cells: "0-3 7".
	Cells string `json:"cells"`
}

// listed is an entry of parts.json.
type listed struct {
	Name string `json:"name"`
	Rows int    `json:"rows"`
	Hash string `json:"sha256"`
}

// nameOf returns the name of a part that has the first rows of all its rows. The number of rows is
// part of an unfinished part's name, so that a longer version never overwrites the listed one.
func nameOf(number, rows, all int) string {
	if rows < all {
		return fmt.Sprintf("part-%05d-first-%d.parquet", number, rows)
	}
	return fmt.Sprintf("part-%05d.parquet", number)
}

var partName = regexp.MustCompile(`^part-([0-9]{5,})(-first-[0-9]+)?\.parquet$`)

// numberOf returns the number of the part with the given name.
func numberOf(name string) (int, bool) {
	m := partName.FindStringSubmatch(name)
	if m == nil {
		return 0, false
	}
	number, err := strconv.Atoi(m[1])
	return number, err == nil
}

// ErrNone is the error of a folder without samples.
var ErrNone = errors.New("there are no samples")

// ErrOlder is the error of a folder that was written by a version without Parquet parts.
var ErrOlder = errors.New("the folder holds samples.jsonl of an earlier version of tlslab, which this version does not read: run the scenario again into another folder")

// readList reads dir/parts.json.
func readList(dir string) (*list, error) {
	var l list
	path := filepath.Join(dir, List)
	hash, err := durable.ReadSealed(path, &l)
	switch {
	case errors.Is(err, fs.ErrNotExist) && durable.Exists(filepath.Join(dir, "samples.jsonl")):
		return nil, fmt.Errorf("%s: %w", dir, ErrOlder)
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: %w: it has no %s: name the output folder of a run", dir, ErrNone, List)
	case errors.Is(err, durable.ErrChanged):
		return nil, fmt.Errorf("%w: restore it, or run the scenario again into another folder", err)
	case err != nil:
		return nil, err
	}
	if err := results.CheckSchema(l.Schema, results.Schema); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	l.hash = hash
	return &l, nil
}

// layout returns the layout of a run with this header whose batches and parts are listed. It
// returns an error if the header has other batches, or if a listed part cannot be one of the run.
func (l *list) layout(h *results.Header) (layout, error) {
	cells, err := l.cells(h)
	if err != nil {
		return layout{}, err
	}
	grid := layoutOf(h, cells)
	seen := map[int]string{}
	for _, p := range l.Parts {
		number, ok := numberOf(p.Name)
		switch {
		case !ok || number >= grid.parts():
			return layout{}, fmt.Errorf("%s is not a part of this run", p.Name)
		case seen[number] != "":
			return layout{}, fmt.Errorf("%s and %s hold the same rows", seen[number], p.Name)
		case p.Rows < 1 || p.Rows > grid.partRows(number) || p.Name != nameOf(number, p.Rows, grid.partRows(number)):
			return layout{}, fmt.Errorf("%s cannot have %d rows", p.Name, p.Rows)
		}
		seen[number] = p.Name
	}
	return grid, nil
}

// cells returns the cells of each batch, as indices into Header.Cells.
func (l *list) cells(h *results.Header) ([][]int, error) {
	batches := h.Batches()
	if h.Target == nil {
		if len(l.Batches) > 0 || l.Stopped {
			return nil, errors.New("it lists batches, but the run has a fixed number of replicates")
		}
		return [][]int{allCells(h)}[:len(batches)], nil
	}
	if len(l.Batches) == 0 || len(l.Batches) > len(batches) {
		return nil, fmt.Errorf("it lists %d batches, but the run has 1 to %d", len(l.Batches), len(batches))
	}
	var all [][]int
	for i, b := range l.Batches {
		cells, ok := parseIndices(b.Cells, len(h.Cells))
		switch {
		case b.Replicates != batches[i].To:
			return nil, fmt.Errorf("batch %d ends at %d replicates, but the run's ends at %d", i, b.Replicates, batches[i].To)
		case !ok || i == 0 && len(cells) < len(h.Cells):
			return nil, fmt.Errorf("batch %d cannot have the cells %q", i, b.Cells)
		case i > 0 && !subset(cells, all[i-1]):
			return nil, fmt.Errorf("batch %d has a cell that batch %d does not have", i, i-1)
		}
		all = append(all, cells)
	}
	return all, nil
}

// complete reports whether no cell gets another batch.
func (l *list) complete(h *results.Header) bool {
	return h.Target == nil || l.Stopped || len(l.Batches) == len(h.Batches())
}

// subset reports whether each of some is in all. Both rise.
func subset(some, all []int) bool {
	return !slices.ContainsFunc(some, func(c int) bool {
		_, found := slices.BinarySearch(all, c)
		return !found
	})
}

// addBatch lists a batch that ends at a number of replicates.
func (l *list) addBatch(replicates int, cells []int) {
	l.Batches = append(l.Batches, listedBatch{Replicates: replicates, Cells: formatIndices(cells)})
}

// formatIndices writes rising numbers as ranges: "0-3 7".
func formatIndices(all []int) string {
	var words []string
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n] == all[0]+n {
			n++
		}
		word := strconv.Itoa(all[0])
		if n > 1 {
			word += "-" + strconv.Itoa(all[n-1])
		}
		words, all = append(words, word), all[n:]
	}
	return strings.Join(words, " ")
}

// parseIndices reads what formatIndices writes: at least one number, all below limit.
func parseIndices(text string, limit int) (all []int, ok bool) {
	for word := range strings.FieldsSeq(text) {
		first, last, isRange := strings.Cut(word, "-")
		if !isRange {
			last = first
		}
		from, err := strconv.Atoi(first)
		to, err2 := strconv.Atoi(last)
		if err != nil || err2 != nil || from < 0 || to < from || to >= limit || len(all) > 0 && from <= all[len(all)-1] {
			return nil, false
		}
		for i := from; i <= to; i++ {
			all = append(all, i)
		}
	}
	return all, len(all) > 0
}

// write writes dir/parts.json.
func (l *list) write(dir string) (err error) {
	l.hash, err = durable.WriteSealed(filepath.Join(dir, List), l)
	return err
}

// unlisted returns the names of the files in dir/samples that are not listed.
func (l *list) unlisted(dir string) ([]string, error) {
	known := map[string]bool{}
	for _, p := range l.Parts {
		known[p.Name] = true
	}
	entries, err := os.ReadDir(filepath.Join(dir, Folder))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if !known[e.Name()] {
			names = append(names, e.Name())
		}
	}
	return names, nil
}
