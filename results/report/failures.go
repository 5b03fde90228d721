package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tlslab/results"
	"tlslab/results/table/number"
)

// warnings are what a reader must know before the answer.
func (e *experiment) warnings() []Point {
	var all []Point
	if text := e.Unfinished(); text != "" {
		all = append(all, Point{"Unfinished", text})
	}
	if text := e.failures(); text != "" {
		all = append(all, Point{"Failed replicates", text})
	}
	return all
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
			number.Count(c.Failed), number.Count(c.N))
	}
	return text + " Medians and other quantiles are of the replicates that reached the metric."
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
