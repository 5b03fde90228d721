package summary

import (
	"cmp"
	"math"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"tlslab/results"
	"tlslab/results/stat"
)

// Summarize reads every column of src once and returns its summary.
func Summarize(src results.Source) (*Summary, error) {
	s, err := New(src)
	if err != nil {
		return nil, err
	}
	return s, s.Fill(src, nil)
}

// New returns a summary of src with its cells, and rows that Fill is to fill.
func New(src results.Source) (*Summary, error) {
	h, cells := src.Header(), src.Cells()
	s := &Summary{Header: h, Cells: make([]Cell, len(cells)), Rows: make([]Row, len(cells)*len(h.Metrics))}
	baselines(s, cells)
	for i := range s.Cells {
		outcomes, err := src.Outcomes(i)
		if err != nil {
			return nil, err
		}
		s.Cells[i].count(outcomes)
	}
	return s, nil
}

// held is the most values of columns that Fill holds, each 8 bytes: what is beyond costs time on
// many cores, and not memory.
const held = 1 << 25

// Fill reads every column once, several metrics at a time, and fills the rows. It holds one column
// of a cell and of its baseline for each metric at hand. Where sorted is not nil, it is called with
// the values of every cell and metric, without NaN and in rising order, which it may not keep; the
// calls of different metrics come at the same time.
func (s *Summary) Fill(src results.Source, sorted func(cell, metric int, values []float64)) error {
	most := 1
	for i := range s.Cells {
		most = max(most, s.Cells[i].N)
	}
	const columns = 5 // of two cells, sorted, and their differences and ratios
	var group errgroup.Group
	group.SetLimit(max(1, min(runtime.GOMAXPROCS(0), held/columns/most)))
	for metric := range s.Header.Metrics {
		group.Go(func() error {
			f := filler{summary: s, metric: metric, column: src.Column(metric), sorted: sorted, cells: src.Cells()}
			return f.fill()
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	s.adjust()
	return nil
}

// filler fills the rows of one metric.
type filler struct {
	summary *Summary
	metric  int
	column  results.Column
	cells   []results.Observed
	sorted  func(cell, metric int, values []float64)

	baseline, cell, values []float64
	sort                   sorter
	compared               comparer
}

// fill goes through the cells in groups: a baseline, and the cells that are compared with it.
func (f *filler) fill() error {
	followers := map[int][]int{}
	for i := range f.summary.Cells {
		if b := f.summary.Cells[i].Baseline; b >= 0 {
			followers[b] = append(followers[b], i)
		}
	}
	for i := range f.summary.Cells {
		if f.summary.Cells[i].Baseline >= 0 {
			continue // read beside its baseline
		}
		var err error
		if f.baseline, err = f.describe(f.baseline, i); err != nil {
			return err
		}
		for _, j := range followers[i] {
			if f.cell, err = f.describe(f.cell, j); err != nil {
				return err
			}
			f.compare(j, i)
		}
	}
	return nil
}

// describe reads a cell into column and fills its row, the comparison apart.
func (f *filler) describe(column []float64, cell int) ([]float64, error) {
	column, err := f.column.Read(column[:0], cell)
	if err != nil {
		return column, err
	}
	c, m := &f.summary.Cells[cell], f.summary.Header.Metrics[f.metric]
	f.values = reached(f.values[:0], column)
	f.sort.sort(f.values)
	row := f.summary.Row(cell, f.metric)
	*row = Row{Cell: c.Levels, Metric: m.Name, Unit: m.Unit, N: c.N, Failed: c.Failed, Reached: len(f.values)}
	row.describe(f.values, m.Exact)
	if f.sorted != nil {
		f.sorted(cell, f.metric, f.values)
	}
	return column, nil
}

// reached appends to dst the values that are there.
func reached(dst, column []float64) []float64 {
	for _, v := range column {
		if v == v {
			dst = append(dst, v)
		}
	}
	return dst
}

// baselines finds each cell's baseline.
func baselines(s *Summary, cells []results.Observed) {
	index := map[string]int{}
	for i := range cells {
		index[key(cells[i].Levels)] = i
	}
	for i := range cells {
		c := Cell{Levels: cells[i].Levels, N: cells[i].N(), Baseline: -1}
		if compare := s.Header.Compare; compare != nil {
			factor := s.Header.Factor(compare.Factor)
			want := slices.Clone(c.Levels)
			want[factor] = compare.Baseline
			if b, there := index[key(want)]; there && b != i {
				c.Baseline = b
			}
		}
		s.Cells[i] = c
	}
}

// key is a cell's levels as one string.
func key(levels []string) string { return strings.Join(levels, "\x00") }

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

// count fills in how the replicates ended.
func (c *Cell) count(outcomes []results.Outcome) {
	c.Outcomes = outcomes
	for _, o := range outcomes {
		if o.Name != results.OutcomeOK {
			c.Failed += o.N
		}
	}
	slices.SortFunc(outcomes, func(a, b results.Outcome) int {
		switch results.OutcomeOK {
		case a.Name:
			return -1
		case b.Name:
			return 1
		}
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Name, b.Name))
	})
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
