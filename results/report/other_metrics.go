package report

import (
	"strings"

	"tlslab/results"
	"tlslab/results/effect"
	"tlslab/results/table"
	"tlslab/results/table/number"
)

// otherMetrics compares further metrics with the baseline, since a level that lowers the headline metric
// may raise another: metrics that have parts, metrics that the title names, and exact metrics, such
// as bytes and computing time, which the network may hide from every time.
func (e *experiment) otherMetrics() []Point {
	var points []Point
	var unchanged []string
	for i := range e.Header.Metrics {
		m := &e.Header.Metrics[i]
		if i == e.metric || m.PartOf != "" || len(e.comparedLevels()) == 0 {
			continue
		}
		var text string
		switch {
		case len(e.groups(m.Name)) > 0, e.asked(m):
			text = e.byLevel(i, func(c []comparedCell) string { return e.statement(c, "", "") })
		case m.Exact:
			text = e.byLevel(i, func(c []comparedCell) string { return e.exactResult(c, m) })
		default:
			continue
		}
		if e.unchanged(i) {
			unchanged = append(unchanged, m.Name)
			continue
		}
		points = append(points, Point{"Effect on " + described(m), text})
	}
	if len(unchanged) > 0 {
		points = append(points, Point{"The same everywhere",
			"The median and the p95 of " + table.List(unchanged) + " are within " +
				number.Percent(e.Header.Compare.Margin) + " of the baseline in every combination."})
	}
	return points
}

// asked reports whether the title names a metric: "round trips" for round-trips.
func (e *experiment) asked(m *results.Metric) bool {
	return strings.Contains(strings.ToLower(e.Header.Title), strings.ReplaceAll(strings.ToLower(m.Name), "-", " "))
}

// unchanged reports whether the median and the p95 of a metric are the same as those of the baseline
// in every cell.
func (e *experiment) unchanged(metric int) bool {
	for _, level := range e.comparedLevels() {
		for _, c := range e.comparisons(level, metric) {
			if c.At(effect.P50).Verdict != effect.Same || c.At(effect.P95).Verdict != effect.Same {
				return false
			}
		}
	}
	return true
}

// byLevel says something of each compared level, and once of levels of which it is the same.
func (e *experiment) byLevel(metric int, say func([]comparedCell) string) string {
	var texts []string
	alike := map[string][]string{}
	for _, level := range e.comparedLevels() {
		text := say(e.comparisons(level, metric))
		if alike[text] == nil {
			texts = append(texts, text)
		}
		alike[text] = append(alike[text], level)
	}
	if len(e.comparedLevels()) == 1 {
		return sentence(texts[0])
	}
	var clauses []string
	for _, t := range texts {
		clauses = append(clauses, table.List(alike[t])+": "+t+".")
	}
	return strings.Join(clauses, "\n")
}

// exactResult says what a comparison of an exact metric found, with the range of differences.
func (e *experiment) exactResult(comparisons []comparedCell, m *results.Metric) string {
	effects := at(comparisons, effect.P50)
	text := e.result(effects, "")
	var least, most float64
	found := false
	for _, x := range effects {
		if k := kindOf(x); k == lower || k == higher {
			if d := x.Diff.Value; !found {
				least, most, found = d, d, true
			} else {
				least, most = min(least, d), max(most, d)
			}
		}
	}
	if !found {
		return text
	}
	return text + "; the difference is " + span(signed(least, m.Unit), signed(most, m.Unit))
}

// signed writes a difference with its sign.
func signed(v float64, unit string) string {
	if v > 0 {
		return "+" + number.Value(v, unit)
	}
	return strings.Replace(number.Value(v, unit), "-", "−", 1)
}
