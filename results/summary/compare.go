package summary

import (
	"math"
	"slices"

	"tlslab/results"
	"tlslab/results/stat"
)

// compare fills the comparisons of a cell's rows.
func (s *Summary) compare(cell int, sample, baseline *results.Sample) {
	pairs := matchReplicates(sample, baseline)
	var work columns
	for i, metric := range s.Header.Metrics {
		row, base := s.Row(cell, i), s.Row(s.Cells[cell].Baseline, i)
		exact := metric.Exact && row.Constant() && base.Constant()
		var c Comparison
		if pairs.seeded {
			c = work.paired(sample.Values[i], baseline.Values[i], pairs)
		} else {
			work.a, work.b = sample.Reached(work.a[:0], i), baseline.Reached(work.b[:0], i)
			c = work.independent()
		}
		if exact {
			c.Diff = stat.Point(row.Min - base.Min)
			c.Ratio = stat.Point(stat.Ratio(row.Min, base.Min))
			c.P = math.NaN()
		}
		row.VsBaseline = &c
	}
}

// matches are replicates of the same number in two samples: index cell[i] in one, baseline[i] in the other.
type matches struct {
	cell, baseline []int
	// seeded says that matching replicates have the same seed, every one of them, and that there are some.
	seeded bool
}

// matchReplicates merges two samples by replicate number.
func matchReplicates(sample, baseline *results.Sample) matches {
	m := matches{seeded: true}
	for i, j := 0, 0; i < sample.N() && j < baseline.N(); {
		switch a, b := sample.Replicates[i], baseline.Replicates[j]; {
		case a < b:
			i++
		case a > b:
			j++
		default:
			m.seeded = m.seeded && sample.Seeds[i] == baseline.Seeds[j]
			m.cell = append(m.cell, i)
			m.baseline = append(m.baseline, j)
			i++
			j++
		}
	}
	m.seeded = m.seeded && len(m.cell) > 0
	return m
}

// columns is memory that comparisons reuse. In a paired one, a holds differences and b ratios; in an independent one,
// a holds the cell's values and b the baseline's.
type columns struct{ a, b []float64 }

// paired compares two columns over the pairs in which both are there.
func (w *columns) paired(cell, baseline []float64, pairs matches) Comparison {
	w.a, w.b = w.a[:0], w.b[:0]
	for k, i := range pairs.cell {
		c, b := cell[i], baseline[pairs.baseline[k]]
		if math.IsNaN(c) || math.IsNaN(b) {
			continue
		}
		w.a = append(w.a, c-b)
		w.b = append(w.b, stat.Ratio(c, b))
	}
	slices.Sort(w.a)
	slices.Sort(w.b)
	result := Comparison{Paired: true, Pairs: len(w.a), P: stat.SignedRank(w.a)}
	result.Diff = stat.QuantileInterval(w.a, 0.5)
	result.Ratio = stat.QuantileInterval(w.b, 0.5)
	if len(w.b) > 0 && math.IsNaN(w.b[0]) { // one without a ratio, first in the order of slices.Sort
		result.Ratio = stat.None
	}
	return result
}

// independent compares two columns as samples that have nothing to do with each other.
func (w *columns) independent() Comparison {
	slices.Sort(w.a)
	slices.Sort(w.b)
	return Comparison{
		P:     stat.RankSum(w.a, w.b),
		Diff:  stat.MedianDifference(w.a, w.b),
		Ratio: stat.MedianRatio(w.a, w.b),
	}
}
