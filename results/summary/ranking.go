package summary

import (
	"math"
	"slices"

	"tlslab/results"
	"tlslab/results/effect"
)

// Ranking compares the cells of a combination of levels of the other factors with the best of them,
// in one statistic of the headline metric. The baseline may be any of them.
type Ranking struct {
	Of effect.Statistic
	// Best is the index in Summary.Cells of the cell with the best estimate of the statistic.
	Best int
	// Others are the other cells of the combination in which some replicate reached the metric,
	// compared with Best.
	Others []RankedCell
}

// RankedCell compares a cell, by its index in Summary.Cells, with the best cell.
type RankedCell struct {
	Cell int
	effect.Comparison
}

// rankedStatistics are the statistics by which levels are ranked.
var rankedStatistics = []effect.Statistic{effect.P50, effect.P95}

// at is the estimate of one of the rankedStatistics.
func (r *Row) at(of effect.Statistic) float64 {
	if of == effect.P95 {
		return r.P95.Value
	}
	return r.P50.Value
}

// rank sets the rankings, if the metric is the headline metric and three or more levels are
// compared. The comparison with the baseline ranks two. The rows of the metric are filled.
func (f *filler) rank() error {
	h := f.summary.Header
	if h.Compare == nil || f.metric != h.Metric(h.Compare.Metric) {
		return nil
	}
	compared := h.Factor(h.Compare.Factor)
	if len(h.Factors[compared].Levels) < 3 {
		return nil
	}
	f.summary.Rankings = nil
	for _, of := range rankedStatistics {
		for _, cells := range f.summary.combinations(compared) {
			if r := f.ranking(of, cells); r.Best >= 0 {
				f.summary.Rankings = append(f.summary.Rankings, r)
			}
		}
	}
	for i := range f.summary.Rankings {
		if err := f.compareRanked(i); err != nil {
			return err
		}
	}
	return nil
}

// ranking finds the best of some cells; of equal ones it is the first. Best is −1 if no replicate
// reached the metric.
func (f *filler) ranking(of effect.Statistic, cells []int) Ranking {
	r := Ranking{Of: of, Best: -1}
	better := func(v, than float64) bool {
		if f.summary.Header.Metrics[f.metric].Better > 0 {
			return v > than
		}
		return v < than
	}
	value := func(cell int) float64 { return f.summary.Row(cell, f.metric).at(of) }
	for _, cell := range cells {
		if v := value(cell); !math.IsNaN(v) && (r.Best < 0 || better(v, value(r.Best))) {
			r.Best = cell
		}
	}
	for _, cell := range cells {
		if cell != r.Best && !math.IsNaN(value(cell)) {
			r.Others = append(r.Others, RankedCell{Cell: cell})
		}
	}
	return r
}

// compareRanked compares the cells of Rankings[i] with the best.
func (f *filler) compareRanked(i int) error {
	r := &f.summary.Rankings[i]
	for _, earlier := range f.summary.Rankings[:i] {
		if earlier.Best == r.Best {
			r.Others = append(r.Others[:0], earlier.Others...)
			return nil
		}
	}
	read := false
	for j := range r.Others {
		o := &r.Others[j]
		if f.summary.Cells[o.Cell].Baseline == r.Best {
			o.Comparison = *f.summary.Row(o.Cell, f.metric).VsBaseline
			continue
		}
		if !read {
			if err := f.read(r.Best, &f.baselineValues, &f.baseline); err != nil {
				return err
			}
			read = true
		}
		if err := f.read(o.Cell, &f.cellValues, &f.cell); err != nil {
			return err
		}
		o.Comparison = f.compareCells(o.Cell, r.Best)
	}
	return nil
}

// judgeRankings sets the verdicts of the rankings. Those of one statistic are a family.
func (s *Summary) judgeRankings() {
	for _, of := range rankedStatistics {
		var family []*effect.Comparison
		for i := range s.Rankings {
			for j := range s.Rankings[i].Others {
				if s.Rankings[i].Of == of {
					family = append(family, &s.Rankings[i].Others[j].Comparison)
				}
			}
		}
		effect.JudgeFamily(family, s.Header.Compare.Margin)
	}
}

// combinations groups the cells that differ in nothing but the compared factor, in the order of
// their first cells.
func (s *Summary) combinations(compared int) [][]int {
	index := map[string]int{}
	var all [][]int
	for i, c := range s.Cells {
		others := slices.Clone(c.Levels)
		others[compared] = ""
		k := results.CellKey(others)
		at, known := index[k]
		if !known {
			at = len(all)
			index[k] = at
			all = append(all, nil)
		}
		all[at] = append(all[at], i)
	}
	return all
}
