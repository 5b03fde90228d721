package samples

import (
	"fmt"
	"math"
	"reflect"
	"slices"

	"tlslab/results"
)

// Comparison is the result of Compare.
type Comparison struct {
	Compared int // replicates that both runs have
	Differ   int // those of them that differ
	// Uneven counts the cells whose numbers of replicates differ between the two runs, although
	// both runs are finished.
	Uneven int
	// Examples describes the first few replicates that differ, and the first few uneven cells.
	Examples []string
}

// examples is the largest number of examples of each kind in a Comparison.
const examples = 5

// Compare compares the replicates that two runs of a scenario have in common: outcome, hash and
// every metric. It returns an error if the runs have different cells, metrics or numbers of
// replicates.
func Compare(first, second *Store) (*Comparison, error) {
	if what := differentGrid(first.header, second.header); what != "" {
		return nil, fmt.Errorf("the runs cannot be compared: their %s differ", what)
	}
	c := &Comparison{}
	theirs := cursor{store: second, block: newBlock(second.header)}
	err := first.Each(func(ours *Block) error {
		for row := 0; row < ours.Rows; {
			cell, replicate := ours.Place(row)
			n, err := theirs.seek(cell, replicate)
			if err != nil {
				return err
			}
			for range min(max(n, 1), ours.Rows-row) {
				if at, _ := ours.Place(row); at != cell {
					break
				}
				if n > 0 {
					c.compare(first.header, ours, theirs.block, row, theirs.row)
					theirs.row++
				}
				row++
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if first.Complete() && second.Complete() {
		c.compareNumbers(first, second)
	}
	return c, nil
}

// cursor is a row of a store.
type cursor struct {
	store *Store
	block *Block
	part  *part // in block
	row   int   // of block
}

// seek moves the cursor to a replicate of a cell. It returns the number of rows from there on that
// the part has of the cell, 0 if the store does not have the replicate.
func (c *cursor) seek(cell, replicate int) (rows int, err error) {
	c.store.eachPart(cell, func(p *part, of results.Range) {
		_, from := p.place(of.From)
		if err != nil || replicate < from || replicate >= from+of.Len() {
			return
		}
		if c.part != p {
			c.part = p
			err = c.store.fill(c.block, p)
		}
		c.row, rows = of.From+replicate-from, from+of.Len()-replicate
	})
	return rows, err
}

// compareNumbers compares the numbers of replicates in each cell.
func (c *Comparison) compareNumbers(first, second *Store) {
	named := 0
	for i := range first.cells {
		a, b := first.cells[i].N(), second.cells[i].N()
		if a == b {
			continue
		}
		c.Uneven++
		if named++; named <= examples {
			c.Examples = append(c.Examples, fmt.Sprintf("cell %v: %d replicates, now %d", first.cells[i].Levels, a, b))
		}
	}
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
	case a.Replicates != b.Replicates, !reflect.DeepEqual(a.Target, b.Target):
		return "numbers of replicates"
	}
	return ""
}

// compare compares row i of a with row j of b.
func (c *Comparison) compare(h *results.Header, a, b *Block, i, j int) {
	c.Compared++
	what := ""
	switch {
	case a.Outcome[i] != b.Outcome[j]:
		what = fmt.Sprintf("outcome %s, now %s", a.Outcome[i], b.Outcome[j])
	case a.Hash[i] != b.Hash[j]:
		what = "other events"
	}
	for m := range h.Metrics {
		x, y := a.Values[m][i], b.Values[m][j]
		if x == y || x != x && y != y {
			continue
		}
		what = fmt.Sprintf("%s %s, now %s", h.Metrics[m].Name, number(x), number(y))
		break
	}
	if what == "" {
		return
	}
	c.Differ++
	if len(c.Examples) < examples {
		cell, replicate := a.Place(i)
		c.Examples = append(c.Examples, fmt.Sprintf("cell %v, replicate %d: %s", h.Cells[cell].Levels, replicate, what))
	}
}

func number(v float64) string {
	if math.IsNaN(v) {
		return "not reached"
	}
	return fmt.Sprint(v)
}
