// Package tabletest makes experiments for the tests of tables, figures and reports. The numbers
// come from a seeded generator, and simple statistics of this package reduce them. So these tests
// do not depend on package summary's computation.
package tabletest

import (
	"math"
	"math/rand/v2"
	"slices"

	"tlslab/results"
	"tlslab/results/effect"
	"tlslab/results/stat"
	"tlslab/results/summary"
)

// Experiment is an experiment with all its values.
type Experiment struct {
	Header results.Header
	Cells  [][]string    // levels
	Values [][][]float64 // by cell, metric and replicate; NaN where not reached
	Failed [][]bool      // by cell and replicate
}

// Replicate makes a replicate of a cell: its values by metric name, and whether it failed.
type Replicate func(rng *rand.Rand, cell map[string]string) (values map[string]float64, failed bool)

// New makes replicates of every combination of the header's factors. Replicates of the same number
// have the same random draws in every cell.
func New(h results.Header, replicates int, run Replicate) *Experiment {
	e := &Experiment{Header: h}
	e.Header.Schema, e.Header.Replicates = results.Schema, replicates
	cells := [][]string{nil}
	for _, f := range h.Factors {
		var next [][]string
		for _, c := range cells {
			for _, l := range f.Levels {
				next = append(next, append(slices.Clone(c), l))
			}
		}
		cells = next
	}
	e.Cells = cells
	for _, c := range cells {
		named := map[string]string{}
		for i, f := range h.Factors {
			named[f.Name] = c[i]
		}
		values := make([][]float64, len(h.Metrics))
		var failed []bool
		for r := range replicates {
			got, bad := run(rand.New(rand.NewPCG(h.Seed, uint64(r))), named)
			failed = append(failed, bad)
			for m, metric := range h.Metrics {
				v, reached := got[metric.Name]
				if !reached {
					v = math.NaN()
				}
				values[m] = append(values[m], v)
			}
		}
		e.Values, e.Failed = append(e.Values, values), append(e.Failed, failed)
	}
	return e
}

// Sorted returns the values of a cell's metric, ascending, without those not reached.
func (e *Experiment) Sorted(cell, metric int) []float64 {
	var out []float64
	for _, v := range e.Values[cell][metric] {
		if !math.IsNaN(v) {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return out
}

// Summary returns the summary of the experiment.
func (e *Experiment) Summary() *summary.Summary {
	s := &summary.Summary{Header: &e.Header}
	for i, levels := range e.Cells {
		c := summary.Cell{Levels: levels, N: len(e.Failed[i]), Baseline: e.baseline(i)}
		for _, bad := range e.Failed[i] {
			if bad {
				c.Failed++
			}
		}
		c.Outcomes = append(c.Outcomes, results.Outcome{Name: results.OutcomeOK, N: c.N - c.Failed})
		if c.Failed > 0 {
			c.Outcomes = append(c.Outcomes, results.Outcome{Name: "timeout", N: c.Failed})
		}
		s.Cells = append(s.Cells, c)
		for m := range e.Header.Metrics {
			s.Rows = append(s.Rows, e.row(i, m, c))
		}
	}
	if compare := e.Header.Compare; compare != nil {
		for _, of := range []effect.Statistic{effect.P50, effect.P95} {
			s.Rankings = append(s.Rankings, e.rankings(of, e.Header.Metric(compare.Metric))...)
		}
	}
	return s
}

// rankings compares the cells of each combination with the best of them.
func (e *Experiment) rankings(of effect.Statistic, metric int) []summary.Ranking {
	compared := e.Header.Factor(e.Header.Compare.Factor)
	var all []summary.Ranking
	for first := range e.Cells {
		if e.Cells[first][compared] != e.Header.Factors[compared].Levels[0] {
			continue
		}
		r := summary.Ranking{Of: of, Best: -1}
		var cells []int
		for cell, levels := range e.Cells {
			others := slices.Clone(levels)
			others[compared] = e.Cells[first][compared]
			if v := e.statistic(of, cell, metric, 0, 1); slices.Equal(others, e.Cells[first]) && !math.IsNaN(v) {
				cells = append(cells, cell)
				best := math.Inf(1)
				if r.Best >= 0 {
					best = e.statistic(of, r.Best, metric, 0, 1)
				}
				if r.Best < 0 || v < best && e.Header.Metrics[metric].Better <= 0 || v > best && e.Header.Metrics[metric].Better > 0 {
					r.Best = cell
				}
			}
		}
		for _, cell := range cells {
			if cell != r.Best {
				r.Others = append(r.Others, summary.RankedCell{Cell: cell, Comparison: *e.compare(cell, r.Best, metric)})
			}
		}
		if r.Best >= 0 {
			all = append(all, r)
		}
	}
	return all
}

// baseline returns the baseline of a cell, or -1 if the cell is a baseline.
func (e *Experiment) baseline(cell int) int {
	compare := e.Header.Compare
	if compare == nil {
		return -1
	}
	levels := slices.Clone(e.Cells[cell])
	levels[e.Header.Factor(compare.Factor)] = compare.Baseline
	at := slices.IndexFunc(e.Cells, func(c []string) bool { return slices.Equal(c, levels) })
	if at == cell {
		return -1
	}
	return at
}

func (e *Experiment) row(cell, metric int, c summary.Cell) summary.Row {
	m := e.Header.Metrics[metric]
	x := e.Sorted(cell, metric)
	r := summary.Row{Cell: c.Levels, Metric: m.Name, Unit: m.Unit,
		N: c.N, Failed: c.Failed, Reached: len(x),
		SD: math.NaN(), Min: math.NaN(), Max: math.NaN()}
	if len(x) > 0 {
		r.Min, r.Max = x[0], x[len(x)-1]
	}
	mean, sd := moments(x)
	half := 1.96 * sd / math.Sqrt(float64(len(x)))
	r.Mean, r.SD = stat.Interval{Value: mean, Lo: mean - half, Hi: mean + half}, sd
	r.P50, r.P90 = Quantile(x, 0.50), Quantile(x, 0.90)
	r.P95, r.P99 = Quantile(x, 0.95), Quantile(x, 0.99)
	share := float64(c.Failed) / float64(c.N)
	around := 1.96 * math.Sqrt(share*(1-share)/float64(c.N))
	r.FailedShare = stat.Interval{Value: share, Lo: share - around, Hi: share + around}
	if c.Baseline >= 0 {
		r.VsBaseline = e.compare(cell, c.Baseline, metric)
	}
	return r
}

func moments(x []float64) (mean, sd float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	if len(x) == 0 {
		mean = math.NaN()
	}
	for _, v := range x {
		sd += (v - mean) * (v - mean) / float64(len(x)-1)
	}
	if len(x) < 2 {
		return mean, math.NaN()
	}
	return mean, math.Sqrt(sd)
}

// Quantile is the nearest order statistic. The bounds of its interval are the order statistics 1.96
// binomial standard deviations of the rank away.
func Quantile(sorted []float64, p float64) stat.Interval {
	n := float64(len(sorted))
	if n == 0 {
		return stat.Interval{Value: math.NaN(), Lo: math.NaN(), Hi: math.NaN()}
	}
	half := 1.96 * math.Sqrt(n*p*(1-p))
	at := func(rank float64) float64 {
		switch i := int(math.Round(rank)); {
		case i < 0:
			return math.Inf(-1)
		case i >= len(sorted):
			return math.Inf(1)
		default:
			return sorted[i]
		}
	}
	return stat.Interval{Value: at(math.Min(n-1, math.Floor(p*n))), Lo: at(p*n - half - 1),
		Hi: at(p*n + half)}
}

// batches is the number of groups of replicates whose effects give the interval of an effect.
const batches = 10

// compare compares the statistics of both columns over all replicates. The interval of an effect is
// Student's: it comes from the effects in batches of replicates, the same in both cells.
func (e *Experiment) compare(cell, baseline, metric int) *effect.Comparison {
	c := &effect.Comparison{Paired: true, Method: effect.PairedBootstrap}
	for i, v := range e.Values[cell][metric] {
		if b := e.Values[baseline][metric][i]; !math.IsNaN(v) && !math.IsNaN(b) {
			c.Pairs++
		}
	}
	margin := e.Header.Compare.Margin
	for _, of := range effect.Statistics {
		estimate := func(f func(x, y float64) float64) stat.Interval {
			over := func(from, step int) float64 {
				return f(e.statistic(of, cell, metric, from, step), e.statistic(of, baseline, metric, from, step))
			}
			var spread []float64
			for b := range batches {
				spread = append(spread, over(b, batches))
			}
			_, sd := moments(spread)
			value, half := over(0, 1), 2.26*sd/math.Sqrt(batches)
			return stat.Interval{Value: value, Lo: value - half, Hi: value + half}
		}
		f := c.At(of)
		*f = effect.Effect{P: 0.5, PHolm: 1, Verdict: effect.Undecided,
			Ratio: estimate(stat.Ratio),
			Diff:  estimate(func(x, y float64) float64 { return x - y })}
		switch r := f.Ratio; {
		case r.Lo >= 1-margin && r.Hi <= 1+margin:
			f.Verdict = effect.Same
		case r.Hi < 1-margin || r.Lo > 1+margin:
			f.Verdict, f.P, f.PHolm = effect.Different, 1e-9, 1e-7
		}
	}
	return c
}

// statistic is a statistic of every step-th replicate.
func (e *Experiment) statistic(of effect.Statistic, cell, metric, from, step int) float64 {
	var x []float64
	for i, v := range e.Values[cell][metric] {
		if i%step == from && !math.IsNaN(v) {
			x = append(x, v)
		}
	}
	slices.Sort(x)
	switch of {
	case effect.P50:
		return Quantile(x, 0.50).Value
	case effect.P95:
		return Quantile(x, 0.95).Value
	case effect.P99:
		return Quantile(x, 0.99).Value
	}
	mean, _ := moments(x)
	return mean
}
