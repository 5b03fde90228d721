// Package sourcetest keeps observations in memory, for tests of packages that read a
// results.Source.
package sourcetest

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"tlslab/results"
)

// Observation is one replicate.
type Observation struct {
	Cell      []string
	Replicate int
	Outcome   string
	Hash      uint64
	Values    []float64 // in the order of Header.Metrics; NaN where not reached
}

// Source is a results.Source of the given observations.
type Source struct {
	header results.Header
	cells  []results.Observed
	rows   [][]Observation // by cell, by rising replicate
}

// New returns a source. If the header lists no cells, its cells become those of the observations,
// in their order.
func New(t testing.TB, h results.Header, all []Observation) *Source {
	t.Helper()
	h.Schema = results.Schema
	listed := len(h.Cells) > 0
	index := func(levels []string) int {
		return slices.IndexFunc(h.Cells, func(c results.Cell) bool { return slices.Equal(c.Levels, levels) })
	}
	byCell := map[int][]Observation{}
	for _, o := range all {
		i := index(o.Cell)
		if i < 0 {
			if listed {
				t.Fatalf("no cell %v in the header", o.Cell)
			}
			i = len(h.Cells)
			h.Cells = append(h.Cells, results.Cell{Levels: slices.Clone(o.Cell)})
		}
		byCell[i] = append(byCell[i], o)
	}
	if err := h.Validate(); err != nil {
		t.Fatal(err)
	}
	s := &Source{header: h}
	for i, c := range h.Cells {
		rows := byCell[i]
		if len(rows) == 0 {
			continue
		}
		slices.SortFunc(rows, func(a, b Observation) int { return cmp.Compare(a.Replicate, b.Replicate) })
		o := results.Observed{Cell: c}
		for _, r := range rows {
			o.Replicates = o.Replicates.Add(results.Range{From: r.Replicate, To: r.Replicate + 1})
		}
		s.cells, s.rows = append(s.cells, o), append(s.rows, rows)
	}
	return s
}

// Read returns the source of a file of testdata in the format of tlslab export --format jsonl.
func Read(t testing.TB, path string) *Source {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, len(text)+1)
	lines.Scan()
	h, err := results.ParseHeader(lines.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	var all []Observation
	for lines.Scan() {
		var line struct {
			Cell      map[string]string
			Replicate int
			Outcome   string
			Metrics   map[string]float64
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		o := Observation{Replicate: line.Replicate, Outcome: line.Outcome}
		for _, f := range h.Factors {
			o.Cell = append(o.Cell, line.Cell[f.Name])
		}
		for _, m := range h.Metrics {
			v, ok := line.Metrics[m.Name]
			if !ok {
				v = math.NaN()
			}
			o.Values = append(o.Values, v)
		}
		all = append(all, o)
	}
	return New(t, *h, all)
}

// Header says what was varied and what was measured.
func (s *Source) Header() *results.Header { return &s.header }

// Cells lists the cells that have observations.
func (s *Source) Cells() []results.Observed { return s.cells }

// Rows are the observations of a cell.
func (s *Source) Rows(cell int) []Observation { return s.rows[cell] }

// Outcomes counts how the replicates of a cell ended.
func (s *Source) Outcomes(cell int) ([]results.Outcome, error) {
	var all []results.Outcome
	for _, r := range s.rows[cell] {
		i := slices.IndexFunc(all, func(o results.Outcome) bool { return o.Name == r.Outcome })
		if i < 0 {
			i = len(all)
			all = append(all, results.Outcome{Name: r.Outcome})
		}
		all[i].N++
	}
	return all, nil
}

// Failed returns the numbers of the replicates of a cell whose outcome is not ok.
func (s *Source) Failed(cell int) (failed results.Ranges, err error) {
	for _, r := range s.rows[cell] {
		if r.Outcome != results.OutcomeOK {
			failed = failed.Add(results.Range{From: r.Replicate, To: r.Replicate + 1})
		}
	}
	return failed, nil
}

// Column reads one metric.
func (s *Source) Column(metric int) results.Column { return column{s, metric} }

type column struct {
	source *Source
	metric int
}

func (c column) Read(dst []float64, cell int) ([]float64, error) {
	return c.ReadRows(dst, cell, results.Range{To: len(c.source.rows[cell])})
}

func (c column) ReadRows(dst []float64, cell int, rows results.Range) ([]float64, error) {
	for _, r := range c.source.rows[cell][rows.From:rows.To] {
		dst = append(dst, r.Values[c.metric])
	}
	return dst, nil
}
