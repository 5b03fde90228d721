package summary

import (
	"cmp"
	"runtime"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"tlslab/results"
	"tlslab/results/effect"
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

// New returns a summary of src with its cells. The rows are empty until Fill.
func New(src results.Source) (*Summary, error) {
	h, cells := src.Header(), src.Cells()
	s := &Summary{Header: h, Cells: make([]Cell, len(cells)),
		Rows: make([]Row, len(cells)*len(h.Metrics))}
	var levels [][]string
	for i := range cells {
		levels = append(levels, cells[i].Levels)
	}
	for i, baseline := range h.Baselines(levels) {
		s.Cells[i] = Cell{Levels: levels[i], N: cells[i].N(), Baseline: baseline}
		outcomes, err := src.Outcomes(i)
		if err != nil {
			return nil, err
		}
		s.Cells[i].count(outcomes)
	}
	return s, nil
}

// mostValues bounds the values of 8 bytes that Fill holds at the same time. It computes fewer
// metrics in parallel if their columns are longer.
const mostValues = 25_000_000

// ownColumns is the number of columns that Fill holds of a cell: its values in the order of the
// replicates, and sorted. comparedColumns is that of a cell that is compared: two of the cell, two
// of the baseline, and the pairs near a quantile.
const ownColumns, comparedColumns = 2, 5

// parallel returns the number of metrics that Fill computes in parallel.
func parallel(h *results.Header, columns, replicates int) int {
	return max(1, min(runtime.GOMAXPROCS(0), len(h.Metrics), mostValues/columns/replicates))
}

// ValuesInMemory returns the number of values of 8 bytes that Fill holds at the same time, for
// cells with a number of replicates.
func ValuesInMemory(h *results.Header, replicates int) int {
	columns := ownColumns
	if h.Compare != nil {
		columns = comparedColumns
	}
	return parallel(h, columns, max(1, replicates)) * columns * replicates
}

// Fill reads every column once, several metrics in parallel, and fills the rows. For each of these
// metrics it holds the column of one cell, or of a cell and its baseline. If sorted is not nil,
// Fill calls it once for each cell and metric with the values in ascending order, without NaN.
// sorted must not keep the slice. Calls for different metrics are concurrent.
func (s *Summary) Fill(src results.Source, sorted func(cell, metric int, values []float64)) error {
	most, columns := 1, ownColumns
	for i := range s.Cells {
		most = max(most, s.Cells[i].N)
		if s.Cells[i].Baseline >= 0 {
			columns = comparedColumns
		}
	}
	s.plan()
	var next atomic.Int64
	var group errgroup.Group
	shared := effect.NewResamples()
	for range parallel(s.Header, columns, most) {
		group.Go(func() error {
			f := newFiller(s, src, sorted)
			f.comparer = effect.NewComparer(s.Header.Seed, shared)
			for {
				metric := int(next.Add(1)) - 1
				if metric >= len(s.Header.Metrics) {
					return nil
				}
				if err := f.fill(metric); err != nil {
					return err
				}
			}
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	s.adjust()
	return nil
}

// filler fills the rows of one metric after the other.
type filler struct {
	summary *Summary
	source  results.Source
	cells   []results.Observed
	against map[int][]int // by baseline: the cells that are compared with it
	sorted  func(cell, metric int, values []float64)
	shares  []stat.Interval // of failed replicates, by cell

	metric int
	column results.Column // of the metric

	baselineValues, cellValues []float64
	baseline, cell             effect.Column
	// the same columns over all replicates that one of the cells has, if the cells differ in them
	alignedBaseline, alignedCell effect.Column
	comparer                     *effect.Comparer
}

func newFiller(s *Summary, src results.Source, sorted func(cell, metric int, values []float64)) *filler {
	f := &filler{summary: s, source: src, cells: src.Cells(), against: map[int][]int{},
		sorted: sorted}
	for i := range s.Cells {
		f.shares = append(f.shares, stat.Proportion(s.Cells[i].Failed, s.Cells[i].N))
		if b := s.Cells[i].Baseline; b >= 0 {
			f.against[b] = append(f.against[b], i)
		}
	}
	return f
}

// fill reads each baseline, then the cells that are compared with it.
func (f *filler) fill(metric int) error {
	f.metric, f.column = metric, f.source.Column(metric)
	for i := range f.summary.Cells {
		if f.summary.Cells[i].Baseline >= 0 {
			continue // read after its baseline
		}
		if err := f.read(i, &f.baselineValues, &f.baseline); err != nil {
			return err
		}
		f.describe(f.baseline.Sorted(), i)
		for _, j := range f.against[i] {
			if err := f.read(j, &f.cellValues, &f.cell); err != nil {
				return err
			}
			f.describe(f.cell.Sorted(), j)
			f.compare(j, i)
		}
	}
	if err := f.contrast(); err != nil {
		return err
	}
	return f.rank()
}

// read reads a cell's values into a column.
func (f *filler) read(cell int, values *[]float64, into *effect.Column) (err error) {
	if *values, err = f.column.Read((*values)[:0], cell); err != nil {
		return err
	}
	into.Set(*values)
	return nil
}

// describe fills the row of a cell, without the comparison, from its values in ascending order.
func (f *filler) describe(values []float64, cell int) {
	c, m := &f.summary.Cells[cell], f.summary.Header.Metrics[f.metric]
	row := f.summary.Row(cell, f.metric)
	*row = Row{
		Cell: c.Levels, Metric: m.Name, Unit: m.Unit,
		N: c.N, Failed: c.Failed, Reached: len(values),
		FailedShare: f.shares[cell],
	}
	row.describe(values, m.Exact)
	if m.PartOf == "" {
		row.Modes = modesOf(values)
	}
	if f.sorted != nil {
		f.sorted(cell, f.metric, values)
	}
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

// count sets Outcomes and Failed.
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

// adjust applies Holm's correction to the p-values of each metric, over all comparisons and
// statistics, and sets the verdicts, which depend on it. The contrasts of a metric are a family of
// their own. Without a compared factor there is nothing to adjust.
func (s *Summary) adjust() {
	if s.Header.Compare == nil {
		return
	}
	for metric := range s.Header.Metrics {
		var rows, contrasts []*effect.Comparison
		for cell := range s.Cells {
			if c := s.Row(cell, metric).VsBaseline; c != nil {
				rows = append(rows, c)
			}
		}
		for i := range s.Contrasts {
			if c := &s.Contrasts[i]; c.Metric == metric {
				contrasts = append(contrasts, &c.Comparison)
			}
		}
		effect.JudgeFamily(rows, s.Header.Compare.Margin)
		effect.JudgeFamily(contrasts, s.Header.Compare.Margin)
	}
	s.judgeRankings()
}
