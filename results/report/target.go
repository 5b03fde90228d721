package report

import (
	"fmt"
	"strings"

	"tlslab/results/stopping"
	"tlslab/results/table/number"
)

// target says how the data decided the number of replicates of each cell.
func (e *experiment) target() string {
	h := e.Header
	t, batches := h.Target, h.Batches()
	metric := described(&h.Metrics[h.Metric(t.Metric)])
	text := fmt.Sprintf("The data decided the number of replicates of each cell (replicates: auto). After %s, and then "+
		"each time the number had doubled, a cell ended if the whole 95 %% interval of the %s of %s was within ±%s of "+
		"the %s. A cell has at most %s. Only the cell's own replicates counted. ",
		plural(batches[0].To, "replicate"), t.Statistic, metric, number.Percent(t.Relative), t.Statistic,
		plural(t.Most, "replicate"))
	count := map[stopping.Decision]int{}
	for i := range e.Cells {
		count[e.Ending(i)]++
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
