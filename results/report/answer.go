package report

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tlslab/results/effect"
	"tlslab/results/stat"
	"tlslab/results/summary"
	"tlslab/results/table"
	"tlslab/results/table/number"
)

// answer returns the headline and further findings. A title that asks "Which …?" is answered by the
// best level, any other by the effect of each level.
func (e *experiment) answer() (string, []Point) {
	if len(e.comparedLevels()) == 0 {
		return e.spread(), nil
	}
	groups := e.alike(e.metric)
	if e.asksWhich() {
		return e.which(groups)
	}
	var answer []string
	for i, g := range groups {
		subject, metric, across := table.List(g.levels), "", ""
		if i == 0 {
			subject = capital(table.FactorName(&e.Header.Factors[e.compared])) + " " + subject + " against " + e.baseline()
			metric, across = " "+described(e.m), e.across()
		}
		answer = append(answer, subject+": "+e.statement(g.joint, metric, across)+".")
	}
	if text := e.composition(); text != "" {
		answer = append(answer, text)
	}
	return strings.Join(answer, "\n"), e.strongest(groups)
}

// asksWhich reports whether the title asks for the best of several levels.
func (e *experiment) asksWhich() bool {
	return strings.HasPrefix(e.Header.Title, "Which ") && len(e.levels(e.compared)) > 2
}

// which names the best level and its effect.
func (e *experiment) which(groups []levelGroup) (string, []Point) {
	best, answer := e.best()
	if answer == "" {
		return "No replicate reached " + e.m.Name + ".", nil
	}
	if text := e.composition(); text != "" {
		answer += "\n" + text
	}
	var findings []Point
	for _, g := range groups {
		if slices.Contains(g.levels, best) {
			answer += fmt.Sprintf("\n%s against %s: %s.",
				table.List(g.levels), e.baseline(), e.statement(g.joint, " "+e.m.Name, ""))
		} else {
			findings = append(findings, Point{g.about(e), sentence(e.statement(g.joint, " "+e.m.Name, ""))})
		}
	}
	return answer, append(findings, e.strongest(groups)...)
}

// sentence begins with a capital letter and ends with a full stop.
func sentence(text string) string { return capital(text) + "." }

// capital begins with a capital letter, unless the first word is a key or a level, such as tcp.rack
// or tls13-ecdsa.
func capital(text string) string {
	word, _, _ := strings.Cut(text, " ")
	first, size := utf8.DecodeRuneInString(word)
	if strings.ContainsAny(word, ".0123456789") {
		return text
	}
	return string(unicode.ToUpper(first)) + text[size:]
}

// comparedLevels are the levels with at least one comparison with the baseline.
func (e *experiment) comparedLevels() []string {
	if e.compared < 0 {
		return nil
	}
	return slices.DeleteFunc(e.levels(e.compared), func(l string) bool { return len(e.comparisons(l, e.metric)) == 0 })
}

// levelGroup is compared levels of which a report says the same.
type levelGroup struct {
	levels      []string
	comparisons []comparedCell // of the first level
	joint       []comparedCell // the same, with intervals that include those of the other levels
}

// join widens the intervals of the group to include those of another level.
func (g *levelGroup) join(comparisons []comparedCell) {
	for i, c := range comparisons {
		widened := *g.joint[i].Comparison
		for _, of := range effect.Statistics {
			x, other := widened.At(of), c.At(of)
			x.Ratio.Lo, x.Ratio.Hi = min(x.Ratio.Lo, other.Ratio.Lo), max(x.Ratio.Hi, other.Ratio.Hi)
			x.Diff.Lo, x.Diff.Hi = min(x.Diff.Lo, other.Diff.Lo), max(x.Diff.Hi, other.Diff.Hi)
		}
		g.joint[i].Comparison = &widened
	}
}

// about is the subject of a finding on the levels.
func (g *levelGroup) about(e *experiment) string {
	return table.List(g.levels) + " against " + e.baseline()
}

// alike groups the compared levels by their statements on a metric, without the bounds of
// intervals, in the order of the header.
func (e *experiment) alike(metric int) []levelGroup {
	var groups []levelGroup
	said := map[string]int{}
	for _, level := range e.comparedLevels() {
		comparisons := e.comparisons(level, metric)
		text := brackets.ReplaceAllString(e.statement(comparisons, "", ""), "")
		i, known := said[text]
		if !known {
			i = len(groups)
			said[text] = i
			groups = append(groups, levelGroup{comparisons: comparisons, joint: slices.Clone(comparisons)})
		} else {
			groups[i].join(comparisons)
		}
		groups[i].levels = append(groups[i].levels, level)
	}
	return groups
}

// brackets match the bounds of intervals behind a range of effects.
var brackets = regexp.MustCompile(` \[[^]]*\]`)

// strength is the size of an effect: the distance of its ratio from 1 on a logarithmic scale.
func strength(x cellEffect) float64 { return math.Abs(math.Log(x.Ratio.Value)) }

// strongest are the largest effects of each group of levels on the median and on the p95, among
// those with the verdict "different", with intervals and values.
func (e *experiment) strongest(groups []levelGroup) []Point {
	var lines []string
	for _, g := range groups {
		var names, texts []string
		for _, of := range []effect.Statistic{effect.P50, effect.P95} {
			different := slices.DeleteFunc(at(g.comparisons, of), func(x cellEffect) bool {
				return x.Verdict != effect.Different || !(x.Ratio.Value > 0) || math.IsInf(x.Ratio.Value, 0)
			})
			if len(different) > 0 && len(g.comparisons) > 1 {
				largest := slices.MaxFunc(different, func(a, b cellEffect) int { return cmp.Compare(strength(a), strength(b)) })
				names, texts = append(names, sentenceNames[of]), append(texts, e.effect(largest, of))
			}
		}
		if len(texts) == 0 {
			continue
		}
		line := names[0] + " " + texts[0]
		if len(texts) == 2 && texts[0] == texts[1] {
			line = table.List(names) + " " + texts[0]
		} else if len(texts) == 2 {
			line += "; " + names[1] + " " + texts[1]
		}
		line += "."
		if len(groups) > 1 {
			line = table.List(g.levels) + ": " + line
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return nil
	}
	return []Point{{"Largest effects", strings.Join(lines, "\n")}}
}

// sentenceNames are the statistics in a sentence.
var sentenceNames = [...]string{effect.P50: "median", effect.P95: "p95", effect.P99: "p99", effect.Mean: "mean"}

// estimate is a statistic of a row.
func estimate(r *summary.Row, of effect.Statistic) stat.Interval {
	return [...]stat.Interval{effect.P50: r.P50, effect.P95: r.P95, effect.P99: r.P99, effect.Mean: r.Mean}[of]
}

// effect describes one effect: "0.553× [0.552, 0.554] at rtt 200µs: 544.2 µs instead of 984.2 µs".
func (e *experiment) effect(x cellEffect, of effect.Statistic) string {
	cell, other := e.Row(x.cell, e.metric), e.Row(x.against, e.metric)
	text := number.Ratio(x.Ratio)
	if place := e.place(x.cell); place != "" {
		text += " at " + place
	}
	text += ": " + number.Point(estimate(cell, of), e.m.Unit) + " instead of " + number.Point(estimate(other, of), e.m.Unit)
	if cell.Failed+other.Failed > 0 {
		text += ", without the failed replicates (" + number.Share(cell.FailedShare) + " instead of " + number.Share(other.FailedShare) + ")"
	}
	return text
}

// spread is the headline of a scenario that compares nothing: the lowest and the highest median,
// and where they are.
func (e *experiment) spread() string {
	lowest, highest := -1, -1
	for i := range e.Cells {
		v := e.Row(i, e.metric).P50.Value
		if math.IsNaN(v) {
			continue
		}
		if lowest < 0 || v < e.Row(lowest, e.metric).P50.Value {
			lowest = i
		}
		if highest < 0 || v > e.Row(highest, e.metric).P50.Value {
			highest = i
		}
	}
	values := func(cell int) string {
		r := e.Row(cell, e.metric)
		return number.Estimate(r.P50, e.m.Unit) + " (p95 " + number.Estimate(r.P95, e.m.Unit) + ")"
	}
	switch {
	case lowest < 0:
		return "No replicate reached " + e.m.Name + "."
	case e.Row(lowest, e.metric).P50.Value == e.Row(highest, e.metric).P50.Value && len(e.Cells) > 1:
		return fmt.Sprintf("The median %s is %s in %s.", e.m.Name,
			number.Estimate(e.Row(lowest, e.metric).P50, e.m.Unit), all(len(e.Cells), "cell"))
	case lowest == highest:
		return fmt.Sprintf("The median %s is %s.", e.m.Name, values(lowest))
	}
	return fmt.Sprintf("The lowest median %s is %s, at %s. The highest is %s, at %s.",
		e.m.Name, values(lowest), e.name(lowest), values(highest), e.name(highest))
}
