package compare

import (
	"math"
	"runtime"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"tlslab/results"
	"tlslab/results/effect"
	"tlslab/results/gate"
	"tlslab/results/stat"
)

// metricComparison compares one metric of one cell with that of a new run.
type metricComparison struct {
	old, new metricSide
	effects  effect.Comparison
	// differing counts the values of the new side that differ from the old side, out of compared
	// values. With pairs, the two values of a pair differ. Without pairs, a value differs if it is
	// not the only value of the old side; if the old side has several values, every value differs.
	differing, compared int
	// unreached counts the pairs of which the old side alone, the new side alone and both did not
	// reach the metric.
	unreached struct{ old, new, both int }
	// checks are those of the gate, in the order of the expressions about the metric.
	checks []gate.Check
}

// metricSide describes one side of a comparison: n replicates were compared, and reached of them
// reached the metric.
type metricSide struct {
	n, reached int
	values     [effect.NumStatistics]stat.Interval
}

// metricResult is what the document needs of the comparisons of one metric. The comparisons
// themselves are dropped: those of all metrics would be the largest part of the memory.
type metricResult struct {
	tables    []Table
	differing []Differing    // by new run
	checks    [][]gate.Check // by expression
}

// compareColumns compares every metric of the old run with that of the new ones, several in
// parallel.
func (c *comparison) compareColumns() error {
	c.results = make([]metricResult, len(c.old.Metrics))
	resamples := effect.NewResamples()
	var next atomic.Int64
	var group errgroup.Group
	for range max(1, min(runtime.GOMAXPROCS(0), len(c.old.Metrics), c.workers())) {
		group.Go(func() error {
			w := &worker{comparison: c, comparer: effect.NewComparer(c.old.Seed, resamples)}
			for {
				metric := int(next.Add(1)) - 1
				if metric >= len(c.old.Metrics) {
					return nil
				}
				compared, err := w.compareMetric(metric)
				if err != nil {
					return err
				}
				c.results[metric] = c.result(metric, compared)
			}
		})
	}
	return group.Wait()
}

// mostValues bounds the values of 8 bytes that all workers together hold. A worker holds about
// columnsOfWorker columns of a cell.
const mostValues, columnsOfWorker = 80_000_000, 8

// workers is the largest number of metrics that may be compared in parallel. It may be 0.
func (c *comparison) workers() int {
	most := 1
	for i := range c.cells {
		most = max(most, c.cells[i].N())
	}
	return mostValues / columnsOfWorker / most
}

// result judges the comparisons of a metric, by new run and cell, and returns what the document
// needs of them. Holm's correction is over all comparisons and statistics of the metric. Without a
// margin a change of any size counts.
func (c *comparison) result(metric int, compared [][]*metricComparison) metricResult {
	r := metricResult{checks: make([][]gate.Check, len(c.options.Expressions))}
	var family []*effect.Comparison
	for run, cells := range compared {
		d := Differing{Metric: c.old.Metrics[metric].Name, Column: c.new[run].Label}
		for _, m := range cells {
			if m == nil {
				continue
			}
			family = append(family, &m.effects)
			d.add(m)
			for _, check := range m.checks {
				e := slices.Index(c.options.Expressions, check.Expression)
				r.checks[e] = append(r.checks[e], check)
			}
		}
		r.differing = append(r.differing, d)
	}
	effect.JudgeFamily(family, 0)
	for _, s := range effect.Statistics {
		if t := c.table(metric, s, compared); len(t.Rows) > 0 {
			r.tables = append(r.tables, t)
		}
	}
	return r
}

// add counts the values of a cell.
func (d *Differing) add(m *metricComparison) {
	d.AllCells++
	d.AllValues += m.compared
	if m.differing > 0 {
		d.Cells++
		d.Values += m.differing
	}
}

// worker compares one metric after the other. Its buffers are reused.
type worker struct {
	*comparison
	comparer             *effect.Comparer
	oldValues, newValues []float64 // a column of each side
	y, x                 []float64 // the replicates of both sides that are compared
	columns              [2]effect.Column
	old, new             *effect.Column // of the cell
}

// compareMetric compares a metric in all cells that the filter selects. The result is by new run
// and cell of the old run; nil: not compared.
func (w *worker) compareMetric(metric int) ([][]*metricComparison, error) {
	name := w.comparison.old.Metrics[metric].Name
	compared := make([][]*metricComparison, len(w.comparison.new))
	newColumns := make([]results.Column, len(w.comparison.new))
	for i, r := range w.comparison.new {
		compared[i] = make([]*metricComparison, len(w.cells))
		if r.metrics[metric] >= 0 {
			newColumns[i] = r.Source.Column(r.metrics[metric])
		}
	}
	oldColumn := w.runs[0].Source.Column(metric)
	for cell := range w.cells {
		if !w.filter.selects(w.comparison.old, w.cells[cell].Levels, name) {
			continue
		}
		var err error
		if w.oldValues, err = oldColumn.Read(w.oldValues[:0], cell); err != nil {
			return nil, err
		}
		for i, r := range w.comparison.new {
			if newColumns[i] == nil || r.cells[cell] < 0 {
				continue
			}
			if w.newValues, err = newColumns[i].Read(w.newValues[:0], r.cells[cell]); err != nil {
				return nil, err
			}
			compared[i][cell] = w.compareCell(r, metric, cell)
		}
	}
	return compared, nil
}

// compareCell compares the columns oldValues and newValues.
func (w *worker) compareCell(r *matchedRun, metric, cell int) *metricComparison {
	x, y := w.newValues, w.oldValues
	if r.paired {
		x, y = w.common(w.cells[cell].Replicates, r.replicates(cell))
	}
	m := &metricComparison{}
	m.count(x, y, r.paired)
	w.new, w.old = &w.columns[0], &w.columns[1]
	w.new.Set(x)
	if r.paired && m.differing == 0 {
		w.old = w.new // sorted once
	} else {
		w.old.Set(y)
	}
	exact := w.comparison.old.Metrics[metric].Exact
	m.new.describe(len(x), w.new.Sorted(), exact)
	m.old.describe(len(y), w.old.Sorted(), exact)
	switch {
	case exact && constant(w.new.Sorted()) && constant(w.old.Sorted()):
		m.effects = effect.Known(w.new.Sorted()[0], w.old.Sorted()[0], r.paired, m.compared)
	case r.paired && m.differing == 0:
		m.effects = unchanged(m.compared)
	case r.paired:
		m.effects = w.comparer.Paired(w.new, w.old)
	default:
		m.effects = w.comparer.Independent(w.new, w.old)
	}
	w.check(m, r, metric, cell)
	return m
}

// common returns the values of the replicates that both sides have.
func (w *worker) common(old, new results.Ranges) (x, y []float64) {
	if slices.Equal(old, new) {
		return w.newValues, w.oldValues
	}
	both := old.Common(new)
	w.x = new.Align(w.x[:0], w.newValues, both)
	w.y = old.Align(w.y[:0], w.oldValues, both)
	return w.x, w.y
}

// unchanged is the comparison of pairs of equal values.
func unchanged(pairs int) effect.Comparison {
	c := effect.Comparison{Paired: true, Pairs: pairs, Method: effect.Exact}
	for s := range c.Effects {
		c.Effects[s] = effect.Effect{Ratio: stat.Point(1), Diff: stat.Point(0), P: 1, PHolm: 1}
	}
	return c
}

// constant reports whether values in ascending order are all the same.
func constant(sorted []float64) bool { return len(sorted) > 0 && sorted[0] == sorted[len(sorted)-1] }

// count counts the values that differ and those that were not reached.
func (m *metricComparison) count(x, y []float64, paired bool) {
	if !paired {
		first := math.NaN()
		if len(y) > 0 {
			first = y[0]
		}
		varies := slices.ContainsFunc(y, func(v float64) bool { return v != first })
		for _, v := range x {
			m.compared++
			if varies || v != first {
				m.differing++
			}
		}
		return
	}
	for i, v := range x {
		m.compared++
		switch old, new := y[i] != y[i], v != v; {
		case old && new:
			m.unreached.both++
		case old:
			m.unreached.old++
			m.differing++
		case new:
			m.unreached.new++
			m.differing++
		case y[i] != v:
			m.differing++
		}
	}
}

// describe sets the statistics of a side of n replicates.
func (s *metricSide) describe(n int, sorted []float64, exact bool) {
	s.n, s.reached = n, len(sorted)
	for _, of := range effect.Statistics {
		if p, ok := of.Probability(); ok {
			s.values[of] = stat.QuantileInterval(sorted, p)
		} else {
			s.values[of] = stat.Describe(sorted).Mean
		}
	}
	if exact && constant(sorted) {
		for of := range s.values {
			s.values[of] = stat.Point(sorted[0])
		}
	}
}
