package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"tlslab/results"
	"tlslab/results/effect"
	"tlslab/results/table"
	"tlslab/results/table/number"
)

// contributions says what each trait of the compared levels contributes, such as the version and
// the cipher of a suite: the comparisons of levels that differ in this trait alone, in the headline
// metric. The trait that changes the median most comes first.
func (e *experiment) contributions() []Point {
	var points []Point
	for _, t := range e.ranked(effect.P50) {
		for _, s := range e.swaps(t.trait) {
			var lines []string
			for _, p := range s.pairs {
				lines = append(lines, p.name+": "+e.statement(p.comparisons, " "+e.m.Name, "")+".")
			}
			points = append(points, Point{capital(fmt.Sprintf("%s: %s in place of %s", label(t.trait), s.to, s.from)),
				strings.Join(lines, "\n")})
		}
	}
	return points
}

// contribution is how much a trait changes a statistic on average: the mean of the absolute
// logarithms of the ratios.
type contribution struct {
	trait *results.Trait
	size  float64
}

// ranked are the traits that have contrasts, the largest contribution first.
func (e *experiment) ranked(of effect.Statistic) []contribution {
	var all []contribution
	for i := range e.traits() {
		t := &e.traits()[i]
		sum, n := 0.0, 0
		for _, s := range e.swaps(t) {
			for _, p := range s.pairs {
				for _, x := range at(p.comparisons, of) {
					if v := strength(x); !math.IsInf(v, 0) && !math.IsNaN(v) {
						sum, n = sum+v, n+1
					}
				}
			}
		}
		if n > 0 {
			all = append(all, contribution{t, sum / float64(n)})
		}
	}
	slices.SortStableFunc(all, func(a, b contribution) int { return cmp.Compare(b.size, a.size) })
	return all
}

// composition compares the contributions of the traits: a sentence of the answer. It is empty if
// fewer than two traits have contrasts.
func (e *experiment) composition() string {
	list := func(of effect.Statistic) string {
		var words []string
		for _, c := range e.ranked(of) {
			words = append(words, label(c.trait)+" "+number.Percent(math.Expm1(c.size)))
		}
		return table.List(words)
	}
	if len(e.ranked(effect.P50)) < 2 {
		return ""
	}
	median, tail := list(effect.P50), list(effect.P95)
	name := table.FactorName(&e.Header.Factors[e.compared])
	text := "Changed alone, a property of the " + name + " changes the median " + e.m.Name + " on average by: " + median
	switch tail {
	case "":
	case median:
		text = strings.Replace(text, "the median ", "the median and the p95 of ", 1)
	default:
		text += "; the p95 by: " + tail
	}
	return text + "."
}

// traits are those of the compared factor.
func (e *experiment) traits() []results.Trait {
	if e.compared < 0 {
		return nil
	}
	return e.Header.Factors[e.compared].Traits
}

func label(t *results.Trait) string {
	if t.Label != "" {
		return t.Label
	}
	return t.Name
}

// swap is the change of one trait from one level to another, by the pairs of compared levels that
// differ in nothing else.
type swap struct {
	from, to string
	pairs    []*pair
}

// pair is two compared levels and their comparisons.
type pair struct {
	name        string // "tls13-ecdsa-chacha against tls13-ecdsa-gcm"
	comparisons []comparedCell
}

// swaps are the changes of a trait among the contrasts of the headline metric: those from the
// baseline's trait if there are any, else all.
func (e *experiment) swaps(t *results.Trait) []*swap {
	f := &e.Header.Factors[e.compared]
	level := func(cell int) string { return e.Cells[cell].Levels[e.compared] }
	of := func(level string) string { return t.Levels[slices.Index(f.Levels, level)] }
	var all []*swap
	for i := range e.Contrasts {
		c := &e.Contrasts[i]
		if c.Trait != t.Name || c.Metric != e.metric {
			continue
		}
		from, to := of(level(c.Against)), of(level(c.Cell))
		at := slices.IndexFunc(all, func(s *swap) bool { return s.from == from && s.to == to })
		if at < 0 {
			at = len(all)
			all = append(all, &swap{from: from, to: to})
		}
		all[at].add(level(c.Cell)+" against "+level(c.Against), comparedCell{c.Cell, c.Against, &c.Comparison})
	}
	baseline := of(e.Header.Compare.Baseline)
	if slices.ContainsFunc(all, func(s *swap) bool { return s.from == baseline }) {
		all = slices.DeleteFunc(all, func(s *swap) bool { return s.from != baseline })
	}
	return all
}

// add adds a comparison to its pair.
func (s *swap) add(name string, c comparedCell) {
	at := slices.IndexFunc(s.pairs, func(p *pair) bool { return p.name == name })
	if at < 0 {
		at = len(s.pairs)
		s.pairs = append(s.pairs, &pair{name: name})
	}
	s.pairs[at].comparisons = append(s.pairs[at].comparisons, c)
}
