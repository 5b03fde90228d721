package samples

import (
	"fmt"
	"math"
	"slices"

	"tlslab/results"
)

// Comparison is the result of Compare.
type Comparison struct {
	Compared int // replicates that both runs have
	Differ   int // those of them that differ
	// Examples describes the first few that differ.
	Examples []string
}

// examples is the largest number of examples in a Comparison.
const examples = 5

// Compare compares the replicates that two runs of a scenario have in common: outcome, hash and
// every metric. It returns an error if the runs have different cells, metrics or numbers of
// replicates.
func Compare(first, second *Store) (*Comparison, error) {
	if what := differentGrid(first.header, second.header); what != "" {
		return nil, fmt.Errorf("the runs cannot be compared: their %s differ", what)
	}
	c := &Comparison{}
	a, b := newBlock(first.header), newBlock(second.header)
	for number, p := range first.parts {
		q := second.parts[number]
		if p == nil || q == nil {
			continue
		}
		if err := first.fill(a, p); err != nil {
			return nil, err
		}
		if err := second.fill(b, q); err != nil {
			return nil, err
		}
		for row := range min(p.Rows, q.Rows) {
			c.compare(first.header, a, b, row)
		}
	}
	return c, nil
}

// differentGrid names the first difference that prevents a comparison, or returns "".
func differentGrid(a, b *results.Header) string {
	levels := func(x, y results.Cell) bool { return slices.Equal(x.Levels, y.Levels) }
	name := func(x, y results.Metric) bool { return x.Name == y.Name && x.Unit == y.Unit }
	switch {
	case !slices.EqualFunc(a.Cells, b.Cells, levels):
		return "cells"
	case !slices.EqualFunc(a.Metrics, b.Metrics, name):
		return "metrics"
	case a.Replicates != b.Replicates:
		return "numbers of replicates"
	}
	return ""
}

// compare compares one row of two blocks.
func (c *Comparison) compare(h *results.Header, a, b *Block, row int) {
	c.Compared++
	what := ""
	switch {
	case a.Outcome[row] != b.Outcome[row]:
		what = fmt.Sprintf("outcome %s, now %s", a.Outcome[row], b.Outcome[row])
	case a.Hash[row] != b.Hash[row]:
		what = "other events"
	}
	for i := range h.Metrics {
		x, y := a.Values[i][row], b.Values[i][row]
		if x == y || x != x && y != y {
			continue
		}
		what = fmt.Sprintf("%s %s, now %s", h.Metrics[i].Name, number(x), number(y))
		break
	}
	if what == "" {
		return
	}
	c.Differ++
	if len(c.Examples) < examples {
		cell, replicate := a.Place(row)
		c.Examples = append(c.Examples, fmt.Sprintf("cell %v, replicate %d: %s", h.Cells[cell].Levels, replicate, what))
	}
}

func number(v float64) string {
	if math.IsNaN(v) {
		return "not reached"
	}
	return fmt.Sprint(v)
}
