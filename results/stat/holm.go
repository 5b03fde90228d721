package stat

import (
	"math"
	"slices"
)

// Holm adjusts the p-values of a family of tests and returns them in the same order. The
// probability that any true null hypothesis has an adjusted p-value below a level is at most that
// level. S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal
// of Statistics 6 (1979). A NaN means that there was no test: it stays NaN and does not count.
func Holm(ps []float64) []float64 {
	adjusted := slices.Clone(ps)
	var order []int // indices of the tests, by rising p
	for i, p := range ps {
		if !math.IsNaN(p) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if ps[a] < ps[b] {
			return -1
		}
		if ps[a] > ps[b] {
			return 1
		}
		return 0
	})
	highest := 0.0
	for rank, i := range order {
		highest = max(highest, min(1, ps[i]*float64(len(order)-rank)))
		adjusted[i] = highest
	}
	return adjusted
}
