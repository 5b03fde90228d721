package summary

import (
	"cmp"
	"slices"

	"tlslab/results"
	"tlslab/results/effect"
)

// Contrast compares two cells that have the same levels of all factors but the compared one, and
// whose levels of the compared factor differ in exactly one trait: what this trait contributes.
type Contrast struct {
	Trait  string // the trait's name
	Metric int    // index in Header.Metrics
	// Cell and Against are indices in Summary.Cells. All contrasts between two levels of a trait
	// have the same direction: Against has the level that the baseline has, or else the level that
	// comes first in the header.
	Cell, Against int
	effect.Comparison
}

// contrasted returns the metrics that have contrasts: the headline metric and the exact times, such
// as the CPU time.
func contrasted(h *results.Header) []int {
	var metrics []int
	for i := range h.Metrics {
		m := &h.Metrics[i]
		exactTime := m.Exact && m.Unit == results.UnitNanoseconds && m.PartOf == ""
		if m.Name == h.Compare.Metric || exactTime {
			metrics = append(metrics, i)
		}
	}
	return metrics
}

// plan lists the contrasts of all metrics, without their comparisons.
func (s *Summary) plan() {
	s.Contrasts = nil
	if s.Header.Compare == nil {
		return
	}
	pairs := s.contrastingCells()
	for _, metric := range contrasted(s.Header) {
		for _, c := range pairs {
			c.Metric = metric
			s.Contrasts = append(s.Contrasts, c)
		}
	}
}

// contrastingCells lists the pairs of cells, by combination of the other factors. Contrasts with
// the same Against follow one another.
func (s *Summary) contrastingCells() []Contrast {
	compared := s.Header.Factor(s.Header.Compare.Factor)
	f := &s.Header.Factors[compared]
	if len(f.Traits) == 0 {
		return nil
	}
	var pairs []Contrast
	for _, cells := range s.combinations(compared) {
		first := len(pairs)
		for i, a := range cells {
			for _, b := range cells[i+1:] {
				level := func(cell int) int { return slices.Index(f.Levels, s.Cells[cell].Levels[compared]) }
				trait := onlyDifference(f, level(a), level(b))
				if trait == nil {
					continue
				}
				rank := rankOf(f, trait, s.Header.Compare.Baseline)
				c := Contrast{Trait: trait.Name, Cell: b, Against: a}
				if rank(level(b)) < rank(level(a)) {
					c.Cell, c.Against = a, b
				}
				pairs = append(pairs, c)
			}
		}
		slices.SortStableFunc(pairs[first:], func(a, b Contrast) int { return cmp.Compare(a.Against, b.Against) })
	}
	return pairs
}

// onlyDifference returns the trait in which two levels of a factor differ, or nil if they differ in
// none or in several.
func onlyDifference(f *results.Factor, a, b int) *results.Trait {
	var found *results.Trait
	for i := range f.Traits {
		if t := &f.Traits[i]; t.Levels[a] != t.Levels[b] {
			if found != nil {
				return nil
			}
			found = t
		}
	}
	return found
}

// rankOf orders the levels of a factor by their level of a trait: that of the baseline first, the
// others in the order in which they first occur.
func rankOf(f *results.Factor, t *results.Trait, baseline string) func(level int) int {
	first := ""
	if i := slices.Index(f.Levels, baseline); i >= 0 {
		first = t.Levels[i]
	}
	return func(level int) int {
		if t.Levels[level] == first {
			return -1
		}
		return slices.Index(t.Levels, t.Levels[level])
	}
}

// contrast fills the contrasts of the metric. Its rows are filled.
func (f *filler) contrast() error {
	read := -1
	for i := range f.summary.Contrasts {
		c := &f.summary.Contrasts[i]
		if c.Metric != f.metric {
			continue
		}
		if f.summary.Cells[c.Cell].Baseline == c.Against {
			c.Comparison = *f.summary.Row(c.Cell, f.metric).VsBaseline
			continue
		}
		if read != c.Against {
			if err := f.read(c.Against, &f.baselineValues, &f.baseline); err != nil {
				return err
			}
			read = c.Against
		}
		if err := f.read(c.Cell, &f.cellValues, &f.cell); err != nil {
			return err
		}
		c.Comparison = f.compareCells(c.Cell, c.Against)
	}
	return nil
}
