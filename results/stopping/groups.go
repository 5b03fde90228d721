package stopping

import (
	"slices"
	"strings"

	"tlslab/results"
)

// Group returns a text that is the same for all cells of a group, given a cell's levels. A group
// has the cells that are compared with each other: those that differ in the compared factor alone.
// Its cells get batches together, until each of them has ended. So they have the same number of
// replicates, and each replicate of a comparison is one of a pair. Without a comparison each cell
// is a group.
func Group(h *results.Header, levels []string) string {
	if h.Compare != nil {
		levels = slices.Clone(levels)
		levels[h.Factor(h.Compare.Factor)] = ""
	}
	return strings.Join(levels, "\x00")
}
