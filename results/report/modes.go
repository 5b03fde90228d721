package report

import (
	"fmt"
	"strings"

	"tlslab/results/summary"
	"tlslab/results/table/number"
)

// modes says in which cells the headline metric has separate modes, with the cell that has the
// largest mass outside its first mode as the example.
func (e *experiment) modes() []Point {
	var cells []int
	example, most := -1, 0.0
	for _, i := range e.order {
		m := e.Row(i, e.metric).Modes
		if len(m) < 2 {
			continue
		}
		cells = append(cells, i)
		if rest := 1 - m[0].Share.Value; rest > most {
			example, most = i, rest
		}
	}
	if len(cells) == 0 {
		return nil
	}
	text := fmt.Sprintf("%s has separate modes in %s", e.m.Name, portion(len(cells), len(e.Cells), "cell"))
	if scope := e.scope(cells); scope != "" {
		text += ", only at " + scope
	}
	row := e.Row(example, e.metric)
	var words []string
	for _, m := range row.Modes {
		words = append(words, number.Share(m.Share)+" "+e.span(&m))
	}
	return []Point{{"Modes", text + ". The mass beside the first mode is largest at " + e.name(example) +
		": " + strings.Join(words, ", ") + " of the replicates that reached " + e.m.Name + "."}}
}

// span is the values of a mode: "at 400 ms to 412 ms".
func (e *experiment) span(m *summary.Mode) string {
	return "at " + span(number.Value(m.Lo, e.m.Unit), number.Value(m.Hi, e.m.Unit))
}
