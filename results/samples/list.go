package samples

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

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
	Schema int      `json:"schema"`
	Parts  []listed `json:"parts"`

	hash string // SHA-256 of the file
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

// check returns an error if a listed part cannot be one of a run with this header.
func (l *list) check(h *results.Header) error {
	grid := layoutOf(h)
	seen := map[int]string{}
	for _, p := range l.Parts {
		number, ok := numberOf(p.Name)
		switch {
		case !ok || number >= grid.parts():
			return fmt.Errorf("%s is not a part of this run", p.Name)
		case seen[number] != "":
			return fmt.Errorf("%s and %s hold the same rows", seen[number], p.Name)
		case p.Rows < 1 || p.Name != nameOf(number, p.Rows, grid.rows(number).Len()):
			return fmt.Errorf("%s cannot have %d rows", p.Name, p.Rows)
		}
		seen[number] = p.Name
	}
	return nil
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
