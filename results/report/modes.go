package report

import (
	"fmt"
	"strings"

	"tlslab/results/summary"
	"tlslab/results/table"
	"tlslab/results/table/number"
)

// modes says in which cells the headline metric has separate modes, with the cell that has the
// largest mass beside its largest mode as the example.
func (e *experiment) modes() []Point {
	var cells []int
	var example []summary.Mode
	at, most := -1, 0.0
	for _, i := range e.order {
		modes := table.DistinctModes(e.Header, e.Row(i, e.metric))
		if len(modes) < 2 {
			continue
		}
		cells = append(cells, i)
		if rest := 1 - modes[0].Share.Value; rest > most {
			example, at, most = modes, i, rest
		}
	}
	if len(cells) == 0 {
		return nil
	}
	text := "The values of " + e.m.Name + " form separate modes, such as one with a lost packet, in " + portion(len(cells), len(e.Cells), "cell")
	if scope := e.scope(cells); scope != "" {
		text += ", only at " + scope
	}
	var words []string
	rest := 0
	for _, m := range example {
		if m.Share.Value < 0.01 {
			rest += m.N
			continue
		}
		words = append(words, number.Share(m.Share)+" at "+span(number.Value(m.Lo, e.m.Unit), number.Value(m.Hi, e.m.Unit)))
	}
	if rest > 0 {
		words = append(words, fmt.Sprintf("%s in modes below 1 %%", plural(rest, "replicate")))
	}
	return []Point{{"Modes", text + ". The mass outside the first mode is largest for " + e.name(at) + ": " +
		strings.Join(words, ", ") + ". The table of modes has all."}}
}
