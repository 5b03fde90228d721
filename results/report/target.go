package report

import (
	"fmt"
	"math"
	"strings"

	"tlslab/results/stopping"
	"tlslab/results/table"
	"tlslab/results/table/number"
)

// imprecise names the cells that have the most replicates and still an interval that is wider than
// the target. It is empty if the run has no target.
func (e *experiment) imprecise() string {
	t := e.Header.Target
	if t == nil {
		return ""
	}
	var words []string
	n := 0
	for i, ending := range e.Decisions() {
		if ending != stopping.Capped {
			continue
		}
		if n++; n > mostNamed {
			continue
		}
		name := "the only cell"
		if len(e.Cells) > 1 {
			name = e.name(i)
			if e.compared >= 0 {
				name = table.FactorName(&e.Header.Factors[e.compared]) + " " + name
			}
		}
		words = append(words, name+" ("+halfWidth(stopping.HalfWidth(e.Target(i)))+")")
	}
	if n == 0 {
		return ""
	}
	if n > mostNamed {
		words = append(words, plural(n-mostNamed, "further cell"))
	}
	return fmt.Sprintf("The interval of the %s of %s is wider than the target of ±%s in %s of %s, at the largest number of %s: %s. "+
		"More replicates (most) narrow it; they do so slowly where the statistic lies between two modes.",
		t.Statistic, t.Metric, number.Percent(t.Relative), number.Count(n), plural(len(e.Cells), "cell"),
		plural(t.Most, "replicate"), strings.Join(words, "; "))
}

// halfWidth writes a half-width as a fraction of a value.
func halfWidth(fraction float64) string {
	if math.IsInf(fraction, 0) {
		return number.TooFew
	}
	return "±" + number.Percent(fraction)
}

// target says how the data decided the number of replicates of each cell.
func (e *experiment) target() string {
	h := e.Header
	t, batches := h.Target, h.Batches()
	metric := described(&h.Metrics[h.Metric(t.Metric)])
	text := fmt.Sprintf("The data decided the number of replicates of each cell (replicates: auto). After %s, and then "+
		"each time the number had doubled, a cell ended if the whole 95 %% interval of the %s of %s was within ±%s of "+
		"the %s. A cell has at most %s. ",
		plural(batches[0].To, "replicate"), t.Statistic, metric, number.Percent(t.Relative), t.Statistic,
		plural(t.Most, "replicate"))
	if h.Compare != nil {
		text += "Cells that are compared with each other ended together, so that all their replicates are pairs. "
	}
	count := map[stopping.Decision]int{}
	for _, ending := range e.Decisions() {
		count[ending]++
	}
	var words []string
	for _, ending := range []struct {
		because stopping.Decision
		what    string
	}{
		{stopping.Reached, "reached the target"},
		{stopping.Capped, "ended with a wider interval, at the largest number of replicates"},
		{stopping.Absent, "ended because no replicate reached the metric"},
		{stopping.Continue, "did not finish"},
	} {
		if n := count[ending.because]; n > 0 {
			words = append(words, plural(n, "cell")+" "+ending.what)
		}
	}
	text += strings.Join(words, "; ") + ". "
	return text + "An interval at which a run may stop covers the true value slightly less often than 95 %, and the " +
		"difference vanishes as the target becomes narrower (Chow and Robbins 1965, Glynn and Whitt 1992)."
}
