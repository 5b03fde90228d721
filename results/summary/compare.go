package summary

import (
	"math"
	"slices"

	"tlslab/results"
	"tlslab/results/effect"
)

// compare sets the comparison of a cell with its baseline. Both columns are set.
func (f *filler) compare(cell, baseline int) {
	c := f.compareCells(cell, baseline)
	f.summary.Row(cell, f.metric).VsBaseline = &c
}

// compareCells compares the columns cell and baseline of the filler, which are of these cells.
func (f *filler) compareCells(cell, baseline int) effect.Comparison {
	row, base := f.summary.Row(cell, f.metric), f.summary.Row(baseline, f.metric)
	var c effect.Comparison
	these, those := &f.cells[cell], &f.cells[baseline]
	switch {
	case f.summary.Header.Seeds == nil || !overlap(these.Replicates, those.Replicates):
		c = f.comparer.Independent(&f.cell, &f.baseline)
	case slices.Equal(these.Replicates, those.Replicates):
		c = f.comparer.Paired(&f.cell, &f.baseline)
	default:
		both := union(these.Replicates, those.Replicates)
		f.alignedCell.Set(align(f.cellValues, these.Replicates, both))
		f.alignedBaseline.Set(align(f.baselineValues, those.Replicates, both))
		c = f.comparer.Paired(&f.alignedCell, &f.alignedBaseline)
	}
	if f.summary.Header.Metrics[f.metric].Exact && row.Constant() && base.Constant() {
		c = effect.Known(row.Min, base.Min, c.Paired, c.Pairs)
	}
	return c
}

// overlap reports whether two cells have a replicate in common. Ranges are in rising order.
func overlap(a, b []results.Range) bool {
	for len(a) > 0 && len(b) > 0 {
		if max(a[0].From, b[0].From) < min(a[0].To, b[0].To) {
			return true
		}
		if a[0].To <= b[0].To {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return false
}

// union returns the replicates that at least one of two cells has. Ranges are in rising order.
func union(a, b []results.Range) []results.Range {
	var all []results.Range
	for len(a) > 0 || len(b) > 0 {
		var next results.Range
		if len(b) == 0 || len(a) > 0 && a[0].From <= b[0].From {
			next, a = a[0], a[1:]
		} else {
			next, b = b[0], b[1:]
		}
		if n := len(all); n > 0 && next.From <= all[n-1].To {
			all[n-1].To = max(all[n-1].To, next.To)
		} else {
			all = append(all, next)
		}
	}
	return all
}

// align returns a column over more replicates: NaN for those that the cell does not have.
func align(values []float64, have, want []results.Range) []float64 {
	var out []float64
	at := 0
	for _, w := range want {
		for replicate := w.From; replicate < w.To; {
			if len(have) > 0 && have[0].From == replicate {
				n := have[0].Len()
				out = append(out, values[at:at+n]...)
				at, replicate, have = at+n, replicate+n, have[1:]
				continue
			}
			out = append(out, math.NaN())
			replicate++
		}
	}
	return out
}
