package results

import (
	"slices"
	"strings"
)

// CellKey returns a text that is the same for equal levels only.
func CellKey(levels []string) string { return strings.Join(levels, "\x00") }

// Combination returns the CellKey of a cell's levels without that of the compared factor. It is the
// same for the cells that are compared with each other. Without a comparison each cell has its own.
func (h *Header) Combination(levels []string) string {
	if h.Compare != nil {
		levels = slices.Clone(levels)
		levels[h.Factor(h.Compare.Factor)] = ""
	}
	return CellKey(levels)
}

// Baselines returns for each cell the index of the cell that it is compared with. cells holds the
// levels of each cell. The index is -1 for a baseline, and for a cell whose baseline is not in
// cells.
func (h *Header) Baselines(cells [][]string) []int {
	all := make([]int, len(cells))
	index := map[string]int{} // of the baselines
	for i, levels := range cells {
		all[i] = -1
		if h.Compare != nil && levels[h.Factor(h.Compare.Factor)] == h.Compare.Baseline {
			index[h.Combination(levels)] = i
		}
	}
	for i, levels := range cells {
		if b, there := index[h.Combination(levels)]; there && b != i {
			all[i] = b
		}
	}
	return all
}
