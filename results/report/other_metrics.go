package report

import (
	"math"
	"slices"
	"strings"

	"tlslab/results"
	"tlslab/results/effect"
	"tlslab/results/table"
	"tlslab/results/table/number"
)

// otherMetrics compares further metrics with the baseline, since a level that lowers the headline
// metric may raise another. The first findings are on metrics that have parts, on counts that the
// title names, and on computing time, which the network may hide from every other time; the others
// on further exact metrics, such as bytes.
func (e *experiment) otherMetrics() (first, others []Point) {
	var unchanged []sameMetrics
	for i := range e.Header.Metrics {
		m := &e.Header.Metrics[i]
		if i == e.metric || m.PartOf != "" || !e.comparable(i) {
			continue
		}
		say := func(c []comparedCell) string { return e.exactResult(c, m) }
		switch {
		case len(e.groups(m.Name)) > 0, e.asked(m):
			say = func(c []comparedCell) string { return e.statement(c, "", "") }
		case !m.Exact:
			continue
		}
		text := e.byLevel(i, say)
		if statistics := e.unchanged(i); statistics != nil {
			unchanged = listSame(unchanged, m.Name, statistics)
			continue
		}
		point := Point{"Effect on " + described(m), text}
		if !m.Exact || m.Unit == results.UnitNanoseconds {
			first = append(first, point)
		} else {
			others = append(others, point)
		}
	}
	var lines []string
	for _, u := range unchanged {
		lines = append(lines, capital(table.List(u.statistics))+" of "+table.List(u.metrics)+" are within "+
			number.Percent(e.Header.Compare.Margin)+" of the baseline in every combination.")
	}
	if len(lines) > 0 {
		others = append(others, Point{"The same everywhere", strings.Join(lines, "\n")})
	}
	return first, others
}

// comparable reports whether a metric has a ratio to the baseline in any cell.
func (e *experiment) comparable(metric int) bool {
	for _, level := range e.comparedLevels() {
		for _, x := range at(e.comparisons(level, metric), effect.P50) {
			if kindOf(x) != missing {
				return true
			}
		}
	}
	return false
}

// asked reports whether the title names a metric that counts something: "round trips" for
// round-trips.
func (e *experiment) asked(m *results.Metric) bool {
	return m.Unit == results.UnitCount && strings.Contains(strings.ToLower(e.Header.Title), strings.ReplaceAll(strings.ToLower(m.Name), "-", " "))
}

// sameMetrics are metrics of which the same statistics are those of the baseline everywhere.
type sameMetrics struct{ metrics, statistics []string }

// listSame adds a metric to those with the same statistics.
func listSame(all []sameMetrics, metric string, statistics []string) []sameMetrics {
	for i := range all {
		if slices.Equal(all[i].statistics, statistics) {
			all[i].metrics = append(all[i].metrics, metric)
			return all
		}
	}
	return append(all, sameMetrics{[]string{metric}, statistics})
}

// unchanged returns the statistics of a metric that are the same as those of the baseline in every
// cell: the median and the p95, and of the p99 and the mean those that are decided. It returns nil
// if the median or the p95 is not the same in some cell, or if any of the four differs.
func (e *experiment) unchanged(metric int) (statistics []string) {
	var all []comparedCell
	for _, level := range e.comparedLevels() {
		all = append(all, e.comparisons(level, metric)...)
	}
	for _, of := range effect.Statistics {
		verdicts := map[effect.Verdict]bool{}
		for _, x := range at(all, of) {
			verdicts[x.Verdict] = true
		}
		decided := len(verdicts) == 1 && verdicts[effect.Same]
		switch {
		case verdicts[effect.Different], !decided && (of == effect.P50 || of == effect.P95):
			return nil
		case decided:
			statistics = append(statistics, "the "+sentenceNames[of])
		}
	}
	return statistics
}

// byLevel says something of each compared level, and once of levels that are alike.
func (e *experiment) byLevel(metric int, say func([]comparedCell) string) string {
	groups := e.alike(metric)
	if len(groups) == 1 && len(groups[0].levels) == 1 {
		return sentence(say(groups[0].joint))
	}
	var lines []string
	for _, g := range groups {
		lines = append(lines, table.List(g.levels)+": "+say(g.joint)+".")
	}
	return strings.Join(lines, "\n")
}

// exactResult says what a comparison of an exact metric found, with the range of differences. If
// packet loss makes its statistics differ in another way than its median, it is their statement.
func (e *experiment) exactResult(comparisons []comparedCell, m *results.Metric) string {
	effects := at(comparisons, effect.P50)
	for _, of := range effect.Statistics {
		for i, x := range at(comparisons, of) {
			if x.Verdict == effect.Different && kindOf(x) != kindOf(effects[i]) {
				return e.statement(comparisons, "", "")
			}
		}
	}
	text := e.result(effects, "")
	least, most, where := math.Inf(1), math.Inf(-1), ""
	for _, x := range effects {
		if k := kindOf(x); k == lower || k == higher {
			least, most = min(least, x.Diff.Lo), max(most, x.Diff.Hi)
		} else {
			where = " where it exceeds " + number.Percent(e.Header.Compare.Margin)
		}
	}
	if least > most {
		return text
	}
	return text + "; the difference is " + span(signed(least, m.Unit), signed(most, m.Unit)) + where
}

// signed writes a difference with its sign.
func signed(v float64, unit string) string {
	if v > 0 {
		return "+" + number.Value(v, unit)
	}
	return strings.Replace(number.Value(v, unit), "-", "−", 1)
}
