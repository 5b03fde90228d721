package results

import (
	"cmp"
	"slices"
)

// Ranks returns the position of each level in a table: quantities by value, other levels in the
// order of the scenario.
func (f *Factor) Ranks() map[string]int {
	byValue := make([]int, len(f.Levels))
	for i := range byValue {
		byValue[i] = i
	}
	if f.Values != nil {
		slices.SortStableFunc(byValue, func(a, b int) int { return cmp.Compare(f.Values[a], f.Values[b]) })
	}
	ranks := map[string]int{}
	for rank, i := range byValue {
		ranks[f.Levels[i]] = rank
	}
	return ranks
}

// FactorOrder is the order of the factors in a table: that of the scenario, with the compared
// factor at the end.
func (h *Header) FactorOrder() []int {
	var order []int
	compared := -1
	for i, f := range h.Factors {
		if h.Compare != nil && f.Name == h.Compare.Factor {
			compared = i
			continue
		}
		order = append(order, i)
	}
	if compared >= 0 {
		order = append(order, compared)
	}
	return order
}

// Order sorts cells, given by their levels, so that compared cells stand together: by the factors
// of FactorOrder, and by the Ranks of their levels. The baseline precedes the other compared levels
// if they are not quantities, or if baselineFirst is true. Order returns indices of cells.
func (h *Header) Order(cells [][]string, baselineFirst bool) []int {
	factors := h.FactorOrder()
	ranks := make([]map[string]int, len(h.Factors))
	for i := range h.Factors {
		f := &h.Factors[i]
		ranks[i] = f.Ranks()
		if c := h.Compare; c != nil && f.Name == c.Factor && (baselineFirst || f.Values == nil) {
			ranks[i][c.Baseline] = -1
		}
	}
	order := make([]int, len(cells))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		for _, f := range factors {
			if c := cmp.Compare(ranks[f][cells[a][f]], ranks[f][cells[b][f]]); c != 0 {
				return c
			}
		}
		return 0
	})
	return order
}
