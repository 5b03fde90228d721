package summary

import (
	"math"
	"slices"

	"tlslab/results"
	"tlslab/results/effect"
	"tlslab/results/stat"
)

// compare sets the comparison of a cell with its baseline.
func (f *filler) compare(cell, baseline int) {
	row, base := f.summary.Row(cell, f.metric), f.summary.Row(baseline, f.metric)
	var c effect.Comparison
	if pairs := f.pairs(cell, baseline); len(pairs) > 0 {
		c = f.compared.paired(f.cell, f.baseline, pairs)
	} else {
		c = f.compared.independent(f.cell, f.baseline)
	}
	if f.summary.Header.Metrics[f.metric].Exact && row.Constant() && base.Constant() {
		c.Method = effect.Exact
		for _, of := range effect.Statistics {
			*c.At(of) = effect.Effect{Diff: stat.Point(row.Min - base.Min),
				Ratio: stat.Point(stat.Ratio(row.Min, base.Min)), P: math.NaN()}
		}
	}
	row.VsBaseline = &c
}

// pairRange is a range of n replicates that both cells have. cell and baseline are the indices of
// its first replicate in the columns of the two cells.
type pairRange struct{ cell, baseline, n int }

// pairs returns the pairs of two cells, or nil if the run has no common seeds.
func (f *filler) pairs(cell, baseline int) []pairRange {
	if f.summary.Header.Seeds == nil {
		return nil
	}
	return pairsOf(&f.cells[cell], &f.cells[baseline])
}

// pairsOf returns the replicates that both cells have.
func pairsOf(cell, baseline *results.Observed) []pairRange {
	var all []pairRange
	i, j := 0, 0   // the current ranges of both cells
	ci, bi := 0, 0 // the column indices at which they begin
	for i < len(cell.Replicates) && j < len(baseline.Replicates) {
		a, b := cell.Replicates[i], baseline.Replicates[j]
		if from, to := max(a.From, b.From), min(a.To, b.To); from < to {
			all = append(all, pairRange{
				cell: ci + from - a.From, baseline: bi + from - b.From, n: to - from,
			})
		}
		if a.To <= b.To {
			i++
			ci += a.Len()
		}
		if b.To <= a.To {
			j++
			bi += b.Len()
		}
	}
	return all
}

// comparer compares columns. Its buffers are reused.
type comparer struct {
	a, b []float64
	sort sorter
}

// paired compares two columns over the pairs in which both have a value.
func (w *comparer) paired(cell, baseline []float64, pairs []pairRange) effect.Comparison {
	w.a, w.b = w.a[:0], w.b[:0]
	for _, p := range pairs {
		theirs := baseline[p.baseline : p.baseline+p.n]
		for i, c := range cell[p.cell : p.cell+p.n] {
			b := theirs[i]
			if c != c || b != b {
				continue
			}
			w.a = append(w.a, c-b)
			w.b = append(w.b, stat.Ratio(c, b))
		}
	}
	noRatio := slices.ContainsFunc(w.b, math.IsNaN)
	w.sort.sort(w.a)
	result := unknown()
	result.Paired, result.Pairs, result.Method = true, len(w.a), effect.PairedBootstrap
	p50 := result.At(effect.P50)
	p50.P, p50.Diff = stat.SignedRank(w.a), stat.QuantileInterval(w.a, 0.5)
	if !noRatio {
		w.sort.sort(w.b)
		p50.Ratio = stat.QuantileInterval(w.b, 0.5)
	}
	return result
}

// independent compares two columns as independent samples.
func (w *comparer) independent(cell, baseline []float64) effect.Comparison {
	w.a, w.b = reached(w.a[:0], cell), reached(w.b[:0], baseline)
	w.sort.sort(w.a)
	w.sort.sort(w.b)
	result := unknown()
	result.Method = effect.IndependentBootstrap
	*result.At(effect.P50) = effect.Effect{
		P:     stat.RankSum(w.a, w.b),
		Diff:  stat.MedianDifference(w.a, w.b),
		Ratio: stat.MedianRatio(w.a, w.b),
	}
	return result
}

// unknown is a comparison whose effects do not exist.
func unknown() effect.Comparison {
	var c effect.Comparison
	for _, of := range effect.Statistics {
		*c.At(of) = effect.Effect{Ratio: stat.None, Diff: stat.None, P: math.NaN()}
	}
	return c
}
