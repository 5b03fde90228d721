package summary

import (
	"math"
	"slices"

	"tlslab/results"
	"tlslab/results/stat"
)

// compare fills the comparison of a cell's row with its baseline's.
func (f *filler) compare(cell, baseline int) {
	row, base := f.summary.Row(cell, f.metric), f.summary.Row(baseline, f.metric)
	var c Comparison
	if pairs := pairsOf(&f.cells[cell], &f.cells[baseline]); len(pairs) > 0 {
		c = f.compared.paired(f.cell, f.baseline, pairs)
	} else {
		c = f.compared.independent(f.cell, f.baseline)
	}
	if f.summary.Header.Metrics[f.metric].Exact && row.Constant() && base.Constant() {
		c.Diff = stat.Point(row.Min - base.Min)
		c.Ratio = stat.Point(stat.Ratio(row.Min, base.Min))
		c.P = math.NaN()
	}
	row.VsBaseline = &c
}

// A stretch is n replicates that two cells share: those of the one begin at index cell of its
// columns, those of the other at index baseline.
type stretch struct{ cell, baseline, n int }

// pairsOf returns the replicates that two cells share, or nil where their seeds differ.
func pairsOf(cell, baseline *results.Observed) []stretch {
	if cell.Seeds != baseline.Seeds {
		return nil
	}
	var all []stretch
	i, j := 0, 0           // the ranges at hand
	before, behind := 0, 0 // columns' indices at which they begin
	for i < len(cell.Replicates) && j < len(baseline.Replicates) {
		a, b := cell.Replicates[i], baseline.Replicates[j]
		if from, to := max(a.From, b.From), min(a.To, b.To); from < to {
			all = append(all, stretch{cell: before + from - a.From, baseline: behind + from - b.From, n: to - from})
		}
		if a.To <= b.To {
			i++
			before += a.Len()
		}
		if b.To <= a.To {
			j++
			behind += b.Len()
		}
	}
	return all
}

// comparer is memory that comparisons reuse.
type comparer struct {
	a, b []float64
	sort sorter
}

// paired compares two columns over the pairs in which both have a value.
func (w *comparer) paired(cell, baseline []float64, pairs []stretch) Comparison {
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
	result := Comparison{Paired: true, Pairs: len(w.a), P: stat.SignedRank(w.a)}
	result.Diff = stat.QuantileInterval(w.a, 0.5)
	if result.Ratio = stat.None; !noRatio {
		w.sort.sort(w.b)
		result.Ratio = stat.QuantileInterval(w.b, 0.5)
	}
	return result
}

// independent compares two columns as samples that have nothing to do with each other.
func (w *comparer) independent(cell, baseline []float64) Comparison {
	w.a, w.b = reached(w.a[:0], cell), reached(w.b[:0], baseline)
	w.sort.sort(w.a)
	w.sort.sort(w.b)
	return Comparison{
		P:     stat.RankSum(w.a, w.b),
		Diff:  stat.MedianDifference(w.a, w.b),
		Ratio: stat.MedianRatio(w.a, w.b),
	}
}
