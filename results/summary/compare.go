package summary

import (
	"slices"

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
	case f.summary.Header.Seeds == nil || len(these.Replicates.Common(those.Replicates)) == 0:
		c = f.comparer.Independent(&f.cell, &f.baseline)
	case slices.Equal(these.Replicates, those.Replicates):
		c = f.comparer.Paired(&f.cell, &f.baseline)
	default:
		either := these.Replicates.Union(those.Replicates)
		f.alignedCell.Set(these.Replicates.Align(nil, f.cellValues, either))
		f.alignedBaseline.Set(those.Replicates.Align(nil, f.baselineValues, either))
		c = f.comparer.Paired(&f.alignedCell, &f.alignedBaseline)
	}
	if f.summary.Header.Metrics[f.metric].Exact && row.Constant() && base.Constant() {
		c = effect.Known(row.Min, base.Min, c.Paired, c.Pairs)
	}
	return c
}
