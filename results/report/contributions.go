package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"tlslab/results"
	"tlslab/results/effect"
	"tlslab/results/table"
)

// contributions says what each trait of the compared levels contributes, such as the version and
// the cipher of a suite: the comparisons of levels that differ in this trait alone. The trait that
// changes the median most comes first.
func (e *experiment) contributions() []Point {
	type contribution struct {
		point    Point
		strength float64
	}
	var all []contribution
	for t := range e.traits() {
		trait := &e.traits()[t]
		for _, s := range e.swaps(trait) {
			logs := 0.0
			for _, x := range at(s.comparisons, effect.P50) {
				if v := strength(x); !math.IsInf(v, 0) && !math.IsNaN(v) {
					logs += v / float64(len(s.comparisons))
				}
			}
			all = append(all, contribution{Point{
				fmt.Sprintf("%s: %s in place of %s", label(trait), s.to, s.from),
				sentence(e.statement(s.comparisons, " "+e.m.Name, "")) + " Compared: " + table.List(s.pairs) + ".",
			}, logs})
		}
	}
	slices.SortStableFunc(all, func(a, b contribution) int { return cmp.Compare(b.strength, a.strength) })
	var points []Point
	for _, c := range all {
		points = append(points, c.point)
	}
	return points
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

// swap is the change of one trait from one level to another.
type swap struct {
	from, to    string
	pairs       []string // "tls13-ecdsa-chacha against tls13-ecdsa-gcm"
	comparisons []comparedCell
}

// swaps are the changes of a trait among the contrasts of the headline metric.
func (e *experiment) swaps(t *results.Trait) []*swap {
	f := &e.Header.Factors[e.compared]
	level := func(cell int) string { return e.Cells[cell].Levels[e.compared] }
	of := func(cell int) string { return t.Levels[slices.Index(f.Levels, level(cell))] }
	var all []*swap
	for i := range e.Contrasts {
		c := &e.Contrasts[i]
		if c.Trait != t.Name || c.Metric != e.metric {
			continue
		}
		from, to := of(c.Against), of(c.Cell)
		at := slices.IndexFunc(all, func(s *swap) bool { return s.from == from && s.to == to })
		if at < 0 {
			at = len(all)
			all = append(all, &swap{from: from, to: to})
		}
		s := all[at]
		s.comparisons = append(s.comparisons, comparedCell{c.Cell, c.Against, &c.Comparison})
		if pair := level(c.Cell) + " against " + level(c.Against); !slices.Contains(s.pairs, pair) {
			s.pairs = append(s.pairs, pair)
		}
	}
	return all
}
