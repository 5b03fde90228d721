package report

import (
	"strings"

	"tlslab/results/table"
)

// secondary compares the other metrics that have parts with the baseline: a level that lowers the
// headline metric may raise another metric.
func (e *experiment) secondary() []Point {
	var points []Point
	for i := range e.Header.Metrics {
		m := &e.Header.Metrics[i]
		if i == e.metric || len(e.groups(m.Name)) == 0 {
			continue
		}
		var words []string
		alike := map[string][]string{} // the levels by their text
		for _, level := range e.comparedLevels() {
			w := e.verdicts("", "", e.effects(level, i))
			if alike[w] == nil {
				words = append(words, w)
			}
			alike[w] = append(alike[w], e.shown(e.compared, level))
		}
		var clauses []string
		for _, w := range words {
			if len(words) > 1 {
				w = table.List(alike[w]) + ": " + w
			}
			clauses = append(clauses, w)
		}
		if len(clauses) > 0 {
			points = append(points, Point{"Effect on " + m.Name, strings.Join(clauses, "; ") + "."})
		}
	}
	return points
}
