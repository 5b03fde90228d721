package report

import (
	"math"
	"strings"

	"tlslab/results/effect"
	"tlslab/results/table/number"
)

// The results of a comparison.
const (
	lower     = "lower"
	higher    = "higher"
	same      = string(effect.Same)
	undecided = string(effect.Undecided)
	missing   = "missing" // one of the two sides has no replicate that reached the metric
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

// class is the combinations in which a comparison has the same result.
type class struct {
	kind    string
	text    string // "25 % to 49 % lower"
	members []int  // indices of the comparisons
}

// classes groups effects by their result: differences first.
func (e *experiment) classes(effects []cellEffect) []class {
	var all []class
	for _, kind := range []string{lower, higher, same, undecided, missing} {
		c := class{kind: kind}
		var members []cellEffect
		for i, x := range effects {
			if kindOf(x) == kind {
				members, c.members = append(members, x), append(c.members, i)
			}
		}
		if len(members) == 0 {
			continue
		}
		switch kind {
		case same:
			c.text = "the same within " + number.Percent(e.Header.Compare.Margin)
		case undecided:
			c.text = "undecided"
		case missing:
			c.text = "not comparable"
		default:
			c.text = e.change(members)
		}
		all = append(all, c)
	}
	return all
}

// result says what a comparison found, and where: "25 % to 49 % lower where rtt ≥ 20ms, the same
// within 2 % elsewhere". across stands behind the first "combinations".
func (e *experiment) result(effects []cellEffect, across string) string {
	classes := e.classes(effects)
	switch {
	case len(effects) == 1 && classes[0].kind == missing:
		return classes[0].text
	case len(effects) == 1:
		return classes[0].text + " (" + number.Ratio(effects[0].Ratio) + ")"
	case len(classes) == 1 && classes[0].kind == missing:
		return classes[0].text + " in any combination" + across
	case len(classes) == 1:
		return classes[0].text + " in " + all(len(effects), "combination") + across
	}
	var cells []int
	for _, x := range effects {
		cells = append(cells, x.cell)
	}
	combinations := e.combinationSet(cells)
	places := make([]place, len(classes))
	for i, c := range classes {
		places[i] = combinations.where(c.members, len(classes) == 2)
	}
	if len(classes) == 2 && places[0].except {
		return classes[0].text + " except " + places[0].text + " (there " + classes[1].text + ")"
	}
	// The class that is hardest to describe is that of all other combinations. A difference is
	// rather described than left over.
	rest, most := 0, 0.0
	for i, p := range places {
		if p.except { // places[0] is not, so it is the shorter one
			p.cost = math.Inf(1)
		}
		if classes[i].kind == same {
			p.cost += 1.5
		}
		if p.cost >= most {
			rest, most = i, p.cost
		}
	}
	var words []string
	for i, c := range classes {
		if i == rest {
			continue
		}
		words = append(words, c.text+" "+places[i].text)
	}
	words = append(words, classes[rest].text+" elsewhere")
	if len(words) > 2 || strings.Contains(words[0], ",") {
		return strings.Join(words, "; ")
	}
	return strings.Join(words, ", ")
}

// statement says what comparisons found at the median and at the p95: "the median handshake is 5 %
// lower in all 12 combinations; the p95 is undecided …". Where the p99 or the mean differs unlike
// both, it says so. metric is empty or has a space before it. across stands behind the first
// "combinations".
func (e *experiment) statement(comparisons []comparedCell, metric, across string) string {
	return e.medianAndTail(comparisons, metric, across) + e.unlike(comparisons)
}

func (e *experiment) medianAndTail(comparisons []comparedCell, metric, across string) string {
	p50, p95 := at(comparisons, effect.P50), at(comparisons, effect.P95)
	median, tail := e.result(p50, across), e.result(p95, across)
	if median == tail {
		if metric != "" {
			metric = " of" + metric
		}
		return "the median and the p95" + metric + " are " + median
	}
	// If both have one result, its place is said once.
	if classes := e.classes(p95); len(p95) > 1 && len(classes) == 1 && classes[0].kind != missing && len(e.classes(p50)) == 1 {
		return "the median" + metric + " is " + e.classes(p50)[0].text + " and the p95 " + classes[0].text +
			" in " + all(len(p95), "combination") + across
	}
	return "the median" + metric + " is " + median + ". The p95 is " + e.result(p95, "")
}

// unlike says where the p99 or the mean differs in a direction in which neither the median nor the
// p95 does: ". Unlike both, the p99 is 33 % higher at rtt 200ms". It is empty if there is no such
// combination.
func (e *experiment) unlike(comparisons []comparedCell) string {
	p99, mean := e.deviation(comparisons, effect.P99), e.deviation(comparisons, effect.Mean)
	const both = ". Unlike both, "
	switch {
	case p99 == "" && mean == "":
		return ""
	case p99 == mean:
		return both + "the p99 and the mean are " + p99
	case mean == "":
		return both + "the p99 is " + p99
	case p99 == "":
		return both + "the mean is " + mean
	}
	return both + "the p99 is " + p99 + ", and the mean is " + mean
}

// deviation says where a statistic differs in a direction in which neither the median nor the p95
// does.
func (e *experiment) deviation(comparisons []comparedCell, of effect.Statistic) string {
	effects, p50, p95 := at(comparisons, of), at(comparisons, effect.P50), at(comparisons, effect.P95)
	var cells []int
	for _, x := range effects {
		cells = append(cells, x.cell)
	}
	var words []string
	for _, c := range e.classes(effects) {
		if c.kind != lower && c.kind != higher {
			continue
		}
		var members []int
		var alone []cellEffect
		for _, i := range c.members {
			if kindOf(p50[i]) != c.kind && kindOf(p95[i]) != c.kind {
				members, alone = append(members, i), append(alone, effects[i])
			}
		}
		if len(members) == 0 {
			continue
		}
		text := e.change(alone)
		if len(effects) == 1 {
			text += " (" + number.Ratio(alone[0].Ratio) + ")"
		} else {
			text += " " + e.everywhereInPart(cells, members)
		}
		words = append(words, text)
	}
	return strings.Join(words, " and ")
}

// change is the range of effects of the same direction, and in brackets that of their intervals if
// it is wider by more than the margin: "25 % to 49 % [22 %, 61 %] lower", "2.1× to 5.0× as high".
func (e *experiment) change(effects []cellEffect) string {
	var least, most, lo, hi = math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, x := range effects {
		r := x.Ratio
		least, most, lo, hi = min(least, r.Value), max(most, r.Value), min(lo, r.Lo), max(hi, r.Hi)
	}
	word, from, to := " higher", least, most
	write := func(r float64) string { return number.Percent(r - 1) }
	switch {
	case math.IsInf(least, 0):
		return "higher than 0"
	case math.IsInf(most, 0):
		return "higher"
	case least > 1 && most >= 2:
		word, write = " as high", number.Times
	case least <= 1:
		word, from, to = " lower", most, least
		lo, hi = hi, lo
		write = fall
	}
	text := span(write(from), write(to))
	if margin := math.Log1p(e.Header.Compare.Margin); math.Abs(math.Log(lo/from)) > margin || math.Abs(math.Log(hi/to)) > margin {
		text += " [" + bound(lo, write) + ", " + bound(hi, write) + "]"
	}
	return text + word
}

// bound writes a bound of an interval. It may be infinite.
func bound(v float64, write func(float64) string) string {
	if math.IsInf(v, 0) {
		return number.Infinity
	}
	return write(v)
}

// fall writes how much a ratio is below 1.
func fall(ratio float64) string {
	switch {
	case ratio < 0.005:
		return "over 99 %"
	case ratio > 1: // a bound of an interval
		return "−" + number.Percent(ratio-1)
	}
	return number.Percent(1 - ratio)
}

func span(from, to string) string {
	if from == to {
		return from
	}
	return from + " to " + to
}
