package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"tlslab/results"
	"tlslab/results/effect"
	"tlslab/results/stat"
	"tlslab/results/table"
	"tlslab/results/table/number"
)

// warnings are what a reader must know before the answer.
func (e *experiment) warnings() []Point {
	var all []Point
	if text := e.Unfinished(); text != "" {
		all = append(all, Point{"Unfinished", text})
	}
	if text := e.imprecise(); text != "" {
		all = append(all, Point{"Precision", text})
	}
	if text := e.failures(); text != "" {
		all = append(all, Point{"Failed replicates", text})
	}
	if text := e.thin(); text != "" {
		all = append(all, Point{"n too small", text})
	}
	for _, n := range e.Header.Notes {
		text := n.Text
		if scope := e.scope(e.noted(n)); scope != "" {
			text += " This holds only at " + scope + "."
		}
		all = append(all, Point{"Note on " + n.Setting, text})
	}
	return all
}

// noted are the cells of the summary to which a note applies; all if it names none.
func (e *experiment) noted(n results.Note) []int {
	var cells []int
	for i, c := range e.Cells {
		if len(n.Cells) == 0 || slices.ContainsFunc(n.Cells, func(h int) bool {
			return slices.Equal(e.Header.Cells[h].Levels, c.Levels)
		}) {
			cells = append(cells, i)
		}
	}
	return cells
}

// failures says how many replicates failed, with which outcomes, and in which cell their share is
// largest. It is empty if none failed.
func (e *experiment) failures() string {
	total, failed, cells, worst := 0, 0, 0, -1
	outcomes := map[string]int{}
	for i, c := range e.Cells {
		total += c.N
		failed += c.Failed
		if c.Failed == 0 {
			continue
		}
		cells++
		if worst < 0 || c.Failed*e.Cells[worst].N > e.Cells[worst].Failed*c.N {
			worst = i
		}
		for _, o := range c.Outcomes {
			if o.Name != results.OutcomeOK {
				outcomes[o.Name] += o.N
			}
		}
	}
	if failed == 0 {
		return ""
	}
	text := fmt.Sprintf("%s of %s replicates failed (%s): %s.",
		number.Count(failed), number.Count(total),
		number.Percent(float64(failed)/float64(total)), counted(outcomes))
	if len(e.Cells) > 1 {
		c := e.Cells[worst]
		text += fmt.Sprintf(" They are in %s of %s. The cell with the largest share is %s: %s of %s.",
			number.Count(cells), plural(len(e.Cells), "cell"), e.name(worst),
			number.Count(c.Failed), number.Count(c.N)+" ("+number.Share(e.Row(worst, e.metric).FailedShare)+")")
	}
	return text + e.failureEffects() + " All statistics leave out the replicates that did not reach the metric."
}

// failureEffects says in which cells another share of replicates fails than in the baseline: the
// intervals of the two shares have no value in common.
func (e *experiment) failureEffects() string {
	var words []string
	for _, i := range e.order {
		if b := e.Cells[i].Baseline; b >= 0 {
			cell, base := e.Row(i, e.metric), e.Row(b, e.metric)
			if cell.FailedShare.Lo > base.FailedShare.Hi || cell.FailedShare.Hi < base.FailedShare.Lo {
				words = append(words, e.name(i)+" ("+number.Share(cell.FailedShare)+" instead of "+number.Share(base.FailedShare)+")")
			}
		}
	}
	switch {
	case len(words) == 0:
		return ""
	case len(words) > mostNamed:
		return fmt.Sprintf(" In %s cells the share differs from that of the baseline; the first are %s.",
			number.Count(len(words)), table.List(words[:mostNamed]))
	}
	return " The share differs from that of the baseline at " + table.List(words) + "."
}

// thin says which quantiles have an interval without a bound on one side or on both, because n is
// too small.
func (e *experiment) thin() string {
	var words []string
	for _, q := range []struct {
		name string
		q    float64
		of   effect.Statistic
	}{{"p50", 0.50, effect.P50}, {"p95", 0.95, effect.P95}, {"p99", 0.99, effect.P99}} {
		cells := 0
		for i := range e.Cells {
			r := e.Row(i, e.metric)
			if iv := estimate(r, q.of); r.Reached > 0 && (math.IsInf(iv.Lo, 0) || math.IsInf(iv.Hi, 0)) {
				cells++
			}
		}
		if cells > 0 {
			words = append(words, fmt.Sprintf("the %s in %s (it needs %s replicates)", q.name,
				portion(cells, len(e.Cells), "cell"), number.Count(stat.LeastReplicates(q.q))))
		}
	}
	if len(words) == 0 {
		return ""
	}
	return "The number of replicates n is too small for both bounds of the interval of " + e.m.Name + ": " +
		strings.Join(words, ", ") + "."
}

// counted lists outcomes with their numbers, the most frequent first.
func counted(outcomes map[string]int) string {
	type outcome struct {
		name string
		n    int
	}
	var all []outcome
	for name, n := range outcomes {
		all = append(all, outcome{name, n})
	}
	slices.SortFunc(all, func(a, b outcome) int {
		return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.name, b.name))
	})
	var words []string
	for _, o := range all {
		words = append(words, o.name+" "+number.Count(o.n))
	}
	return strings.Join(words, ", ")
}
