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
