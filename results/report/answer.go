package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"tlslab/results/effect"
	"tlslab/results/table/number"
)

// answer returns the headline and further findings. If one level is compared with the baseline, the
// headline is their comparison. If there are more, the headline is which level is best, and each
// comparison is a finding.
func (e *experiment) answer() (string, []Point) {
	levels := e.comparedLevels()
	switch len(levels) {
	case 0:
		return e.spread(), nil
	case 1:
		effects := e.effects(levels[0], e.metric)
		answer := fmt.Sprintf("%s against %s: %s.",
			e.titled(levels[0]), e.baseline(), e.verdicts(e.m.Name, e.across(), effects))
		return answer, append(e.extremes(effects), e.dependence(effects)...)
	}
	var findings []Point
	for _, level := range levels {
		effects := e.effects(level, e.metric)
		text := e.verdicts(e.m.Name, "", effects) + "."
		if x, ok := strongest(effects); ok && len(effects) > 1 {
			text += fmt.Sprintf(" The largest effect is at %s: %s.",
				e.place(x.cell), number.Ratio(x.Ratio))
		}
		findings = append(findings,
			Point{e.shown(e.compared, level) + " against " + e.baseline(), text})
	}
	top, best := e.best()
	if effects := e.effects(top, e.metric); len(effects) > 0 {
		best += fmt.Sprintf(" %s against %s: %s.",
			e.titled(top), e.baseline(), e.verdicts(e.m.Name, "", effects))
	}
	return best, findings
}

// comparedLevels are the levels with at least one comparison with the baseline.
func (e *experiment) comparedLevels() []string {
	if e.compared < 0 {
		return nil
	}
	return slices.DeleteFunc(e.levels(e.compared), func(l string) bool { return len(e.effects(l, e.metric)) == 0 })
}

// verdicts counts the combinations by their result: "handshake is 25 % to 49 % lower in 30 of 36
// combinations of rtt and packet loss, the same within 2 % in 4, undecided in 2". If the subject is
// empty, the text begins with "25 %". across stands behind the first "combinations".
func (e *experiment) verdicts(subject, across string, effects []cellEffect) string {
	sorted := map[string][]cellEffect{}
	for _, x := range effects {
		kind := kindOf(x)
		sorted[kind] = append(sorted[kind], x)
	}
	within := "the same within " + number.Percent(e.Header.Compare.Margin)
	kinds := []struct{ kind, first, next string }{
		{lower, subject + " is " + change(sorted[lower]), change(sorted[lower])},
		{higher, subject + " is " + change(sorted[higher]), change(sorted[higher])},
		{same, subject + " is " + within, within},
		{undecided, "whether " + subject + " differs is undecided", "undecided"},
		{missing, subject + " cannot be compared", "not comparable"},
	}
	var clauses []string
	for _, k := range kinds {
		if subject == "" {
			k.first = k.next
		}
		n := len(sorted[k.kind])
		switch {
		case n == 0:
		case len(effects) == 1 && k.kind == missing:
			clauses = append(clauses, k.first)
		case len(effects) == 1:
			clauses = append(clauses, k.first+" ("+number.Ratio(effects[0].Ratio)+")")
		case n == len(effects) && k.kind == missing:
			clauses = append(clauses, k.first+" in any combination"+across)
		case n == len(effects):
			clauses = append(clauses, k.first+" in "+all(n, "combination")+across)
		case len(clauses) == 0:
			clauses = append(clauses, fmt.Sprintf("%s in %s of %s combinations%s",
				k.first, number.Count(n), number.Count(len(effects)), across))
		default:
			clauses = append(clauses, k.next+" in "+number.Count(n))
		}
	}
	return strings.Join(clauses, ", ")
}

// The results of a comparison.
const (
	lower     = "lower"
	higher    = "higher"
	same      = string(effect.Same)
	undecided = string(effect.Undecided)
	missing   = "missing" // one of the two cells has no replicate that reached the metric
)

func kindOf(x cellEffect) string {
	switch {
	case math.IsNaN(x.Ratio.Value):
		return missing
	case x.Verdict != effect.Different:
		return string(x.Verdict)
	case x.Ratio.Value < 1:
		return lower
	}
	return higher
}

// change is the range of effects of the same direction: "25 % to 49 % lower", "2.1× to 5.0× as
// high".
func change(effects []cellEffect) string {
	r := ratios(effects)
	if len(r) == 0 {
		return ""
	}
	least, most := slices.Min(r), slices.Max(r)
	switch {
	case least > 1 && most >= 2:
		return span(number.Times(least), number.Times(most)) + " as high"
	case least > 1:
		return span(number.Percent(least-1), number.Percent(most-1)) + " higher"
	}
	return span(number.Percent(1-most), number.Percent(1-least)) + " lower"
}

func span(from, to string) string {
	if from == to {
		return from
	}
	return from + " to " + to
}

// strongest is the largest effect among those with the verdict "different".
func strongest(effects []cellEffect) (cellEffect, bool) {
	different := slices.DeleteFunc(slices.Clone(effects), func(x cellEffect) bool {
		return x.Verdict != effect.Different || !(x.Ratio.Value > 0)
	})
	if len(different) == 0 {
		return cellEffect{}, false
	}
	return slices.MaxFunc(different, byStrength), true
}

// strength is the size of an effect: the distance of its ratio from 1 on a logarithmic scale.
func strength(x cellEffect) float64 { return math.Abs(math.Log(x.Ratio.Value)) }

func byStrength(a, b cellEffect) int { return cmp.Compare(strength(a), strength(b)) }

// extremes are the typical, the largest and the smallest effect, with intervals and medians.
func (e *experiment) extremes(effects []cellEffect) []Point {
	usable := slices.DeleteFunc(slices.Clone(effects), func(x cellEffect) bool {
		return !(x.Ratio.Value > 0) || math.IsInf(x.Ratio.Value, 0)
	})
	if len(usable) < 2 {
		return nil
	}
	largest, smallest := slices.MaxFunc(usable, byStrength), slices.MinFunc(usable, byStrength)
	on := " effect on " + e.m.Name
	points := []Point{{"Typical" + on, fmt.Sprintf("%s, the median over %d combinations.",
		number.Change(median(ratios(usable))), len(usable))}}
	if number.Change(largest.Ratio.Value) == number.Change(smallest.Ratio.Value) {
		return points
	}
	return append(points,
		Point{"Largest" + on, e.effect(largest)},
		Point{"Smallest" + on, e.effect(smallest)})
}

// effect describes one comparison.
func (e *experiment) effect(x cellEffect) string {
	baseline, cell := e.Row(e.Cells[x.cell].Baseline, e.metric), e.Row(x.cell, e.metric)
	this, other := number.Point(cell.P50, e.m.Unit), number.Point(baseline.P50, e.m.Unit)
	medians := "median " + this + " instead of " + other
	if this == other {
		medians = "both medians are " + this
	}
	return fmt.Sprintf("%s (%s) at %s: %s.",
		number.Change(x.Ratio.Value), number.Ratio(x.Ratio), e.place(x.cell), medians)
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
	switch {
	case lowest < 0:
		return "No replicate reached " + e.m.Name + "."
	case lowest == highest ||
		e.Row(lowest, e.metric).P50.Value == e.Row(highest, e.metric).P50.Value:
		return fmt.Sprintf("The median %s is %s.",
			e.m.Name, number.Estimate(e.Row(lowest, e.metric).P50, e.m.Unit))
	}
	return fmt.Sprintf("The lowest median %s is %s, at %s. The highest is %s, at %s.",
		e.m.Name, number.Estimate(e.Row(lowest, e.metric).P50, e.m.Unit), e.name(lowest),
		number.Estimate(e.Row(highest, e.metric).P50, e.m.Unit), e.name(highest))
}
