package summary

import (
	"cmp"
	"math"
	"slices"

	"tlslab/results"
	"tlslab/results/stat"
)

// Summarize reads every cell of f once, holding the samples of two cells at a time, and returns its summary. The same
// file gives the same summary.
func Summarize(f *results.File) (*Summary, error) {
	s := &Summary{
		Header: &f.Header,
		Cells:  make([]Cell, len(f.Cells)),
		Rows:   make([]Row, len(f.Cells)*len(f.Header.Metrics)),
	}
	baselines(s, f.Cells)
	var first, second results.Sample
	for i, cell := range s.Cells {
		if cell.Baseline >= 0 {
			continue // read beside its baseline
		}
		if err := s.describe(f, i, &first); err != nil {
			return nil, err
		}
		for j, other := range s.Cells {
			if other.Baseline != i {
				continue
			}
			if err := s.describe(f, j, &second); err != nil {
				return nil, err
			}
			s.compare(j, &second, &first)
		}
	}
	s.adjust()
	return s, nil
}

// baselines finds each cell's baseline.
func baselines(s *Summary, cells []results.Cell) {
	for i, cell := range cells {
		s.Cells[i] = Cell{Levels: cell.Levels, Baseline: -1}
		if s.Header.Compare == nil {
			continue
		}
		factor := s.Header.Factor(s.Header.Compare.Factor)
		if cell.Levels[factor] == s.Header.Compare.Baseline {
			continue
		}
		want := slices.Clone(cell.Levels)
		want[factor] = s.Header.Compare.Baseline
		s.Cells[i].Baseline = slices.IndexFunc(cells, func(c results.Cell) bool { return slices.Equal(c.Levels, want) })
	}
}

// describe reads a cell into sample and fills its rows, comparisons apart.
func (s *Summary) describe(f *results.File, cell int, sample *results.Sample) error {
	if err := f.Sample(cell, sample); err != nil {
		return err
	}
	c := &s.Cells[cell]
	c.N, c.Outcomes = sample.N(), countOutcomes(sample.Outcomes)
	c.Failed = sample.Failed()
	var values []float64
	for i, metric := range s.Header.Metrics {
		values = sample.Reached(values[:0], i)
		slices.Sort(values)
		row := s.Row(cell, i)
		*row = Row{Cell: c.Levels, Metric: metric.Name, Unit: metric.Unit, N: c.N, Failed: c.Failed, Reached: len(values)}
		row.describe(values, metric.Exact)
	}
	return nil
}

// describe fills the statistics of one column in ascending order.
func (r *Row) describe(sorted []float64, exact bool) {
	d := stat.Describe(sorted)
	r.Mean, r.SD, r.Min, r.Max = d.Mean, d.SD, d.Min, d.Max
	for _, quantile := range []struct {
		q  float64
		to *stat.Interval
	}{{0.50, &r.P50}, {0.90, &r.P90}, {0.95, &r.P95}, {0.99, &r.P99}} {
		*quantile.to = stat.QuantileInterval(sorted, quantile.q)
		if exact && r.Constant() {
			*quantile.to = stat.Point(r.Min)
		}
	}
	if exact && r.Constant() {
		r.Mean, r.SD = stat.Point(r.Min), 0
	}
}

func countOutcomes(outcomes []string) []Outcome {
	counts := map[string]int{}
	for _, o := range outcomes {
		counts[o]++
	}
	var all []Outcome
	for name, n := range counts {
		all = append(all, Outcome{name, n})
	}
	slices.SortFunc(all, func(a, b Outcome) int {
		switch results.OutcomeOK {
		case a.Name:
			return -1
		case b.Name:
			return 1
		}
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Name, b.Name))
	})
	return all
}

// adjust corrects the p-values of each metric for one another and gives the verdicts, which depend on that.
func (s *Summary) adjust() {
	for metric := range s.Header.Metrics {
		var comparisons []*Comparison
		var ps []float64
		for cell := range s.Cells {
			if c := s.Row(cell, metric).VsBaseline; c != nil {
				comparisons = append(comparisons, c)
				ps = append(ps, c.P)
			}
		}
		for i, p := range stat.Holm(ps) {
			c := comparisons[i]
			c.PHolm = p
			c.Verdict = verdict(c.Ratio, p, s.Header.Compare.Margin)
		}
	}
}

// verdict is the definition of the three words. A p-value of NaN is no objection: nothing was random.
func verdict(ratio stat.Interval, pHolm, margin float64) Verdict {
	low, high := 1-margin, 1+margin
	switch {
	case math.IsNaN(ratio.Value):
		return Undecided
	case ratio.Lo >= low && ratio.Hi <= high:
		return Same
	case (ratio.Hi < low || ratio.Lo > high) && !(pHolm >= Alpha):
		return Different
	}
	return Undecided
}
