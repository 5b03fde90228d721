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

// found is the comparison of one metric of one cell with that of a new run.
type found struct {
	old, new   sideFound
	comparison effect.Comparison
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

// sideFound describes one side of a comparison: n replicates were compared, and reached of them
// reached the metric.
type sideFound struct {
	n, reached int
	values     [effect.NumStatistics]stat.Interval
}

// compareColumns compares every metric of the old run with that of the new ones, several in
// parallel.
func (c *comparison) compareColumns() error {
	c.found = make([][][]*found, len(c.old.Metrics))
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
				if err := w.compareMetric(metric); err != nil {
					return err
				}
			}
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for metric := range c.found {
		c.adjust(metric)
	}
	return nil
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

// adjust applies Holm's correction to all comparisons and statistics of one metric, and sets the
// verdicts. Without a margin a change of any size counts.
func (c *comparison) adjust(metric int) {
	var family []*effect.Comparison
	for _, cells := range c.found[metric] {
		for _, f := range cells {
			if f != nil {
				family = append(family, &f.comparison)
			}
		}
	}
	effect.JudgeFamily(family, 0)
}

// worker compares one metric after the other. Its buffers are reused.
type worker struct {
	*comparison
	comparer   *effect.Comparer
	olds, news []float64 // a column of each side
	y, x       []float64 // the replicates of both sides that are compared
	columns    [2]effect.Column
	old, new   *effect.Column // of the cell
}

func (w *worker) compareMetric(metric int) error {
	name := w.comparison.old.Metrics[metric].Name
	w.found[metric] = make([][]*found, len(w.partners))
	theirs := make([]results.Column, len(w.partners))
	for i, p := range w.partners {
		w.found[metric][i] = make([]*found, len(w.cells))
		if p.metrics[metric] >= 0 {
			theirs[i] = p.Source.Column(p.metrics[metric])
		}
	}
	column := w.runs[0].Source.Column(metric)
	for cell := range w.cells {
		if !w.choose.selects(w.comparison.old, w.cells[cell].Levels, name) {
			continue
		}
		var err error
		if w.olds, err = column.Read(w.olds[:0], cell); err != nil {
			return err
		}
		for i, p := range w.partners {
			if theirs[i] == nil || p.cells[cell] < 0 {
				continue
			}
			if w.news, err = theirs[i].Read(w.news[:0], p.cells[cell]); err != nil {
				return err
			}
			w.found[metric][i][cell] = w.compareCell(p, metric, cell)
		}
	}
	return nil
}

// compareCell compares the columns olds and news.
func (w *worker) compareCell(p *partner, metric, cell int) *found {
	x, y := w.news, w.olds
	if p.paired {
		x, y = w.common(w.cells[cell].Replicates, p.Source.Cells()[p.cells[cell]].Replicates)
	}
	f := &found{}
	f.count(x, y, p.paired)
	w.new, w.old = &w.columns[0], &w.columns[1]
	w.new.Set(x)
	if p.paired && f.differing == 0 {
		w.old = w.new // sorted once
	} else {
		w.old.Set(y)
	}
	exact := w.comparison.old.Metrics[metric].Exact
	f.new.describe(len(x), w.new.Sorted(), exact)
	f.old.describe(len(y), w.old.Sorted(), exact)
	switch {
	case exact && constant(w.new.Sorted()) && constant(w.old.Sorted()):
		f.comparison = effect.Known(w.new.Sorted()[0], w.old.Sorted()[0], p.paired, f.compared)
	case p.paired && f.differing == 0:
		f.comparison = unchanged(f.compared)
	case p.paired:
		f.comparison = w.comparer.Paired(w.new, w.old)
	default:
		f.comparison = w.comparer.Independent(w.new, w.old)
	}
	w.check(f, p, metric, cell)
	return f
}

// common returns the values of the replicates that both sides have.
func (w *worker) common(old, new []results.Range) (x, y []float64) {
	if slices.Equal(old, new) {
		return w.news, w.olds
	}
	w.x, w.y = w.x[:0], w.y[:0]
	i, j, atOld, atNew := 0, 0, 0, 0
	for i < len(old) && j < len(new) {
		a, b := old[i], new[j]
		if from, to := max(a.From, b.From), min(a.To, b.To); from < to {
			w.y = append(w.y, w.olds[atOld+from-a.From:atOld+to-a.From]...)
			w.x = append(w.x, w.news[atNew+from-b.From:atNew+to-b.From]...)
		}
		if a.To <= b.To {
			i++
			atOld += a.Len()
		}
		if b.To <= a.To {
			j++
			atNew += b.Len()
		}
	}
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
func (f *found) count(x, y []float64, paired bool) {
	if !paired {
		first := math.NaN()
		if len(y) > 0 {
			first = y[0]
		}
		varies := slices.ContainsFunc(y, func(v float64) bool { return v != first })
		for _, v := range x {
			f.compared++
			if varies || v != first {
				f.differing++
			}
		}
		return
	}
	for i, v := range x {
		f.compared++
		switch old, new := y[i] != y[i], v != v; {
		case old && new:
			f.unreached.both++
		case old:
			f.unreached.old++
			f.differing++
		case new:
			f.unreached.new++
			f.differing++
		case y[i] != v:
			f.differing++
		}
	}
}

// describe sets the statistics of a side of n replicates.
func (s *sideFound) describe(n int, sorted []float64, exact bool) {
	s.n, s.reached = n, len(sorted)
	for of, q := range quantiles {
		s.values[of] = stat.QuantileInterval(sorted, q)
	}
	s.values[effect.Mean] = stat.Describe(sorted).Mean
	if exact && constant(sorted) {
		for of := range s.values {
			s.values[of] = stat.Point(sorted[0])
		}
	}
}

// quantiles are the statistics that are quantiles.
var quantiles = map[effect.Statistic]float64{effect.P50: 0.50, effect.P95: 0.95, effect.P99: 0.99}
