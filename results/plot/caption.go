package plot

import (
	"fmt"

	"tlslab/results/stat"
	"tlslab/results/table/number"
)

// unreached is the sentence of a caption on the replicates that a figure leaves out, because they
// did not reach the metric. It is empty if every replicate did.
func (set *Set) unreached(metric int) string {
	missing, total := 0, 0
	most := -1 // the cell with the largest share
	share := func(cell int) float64 {
		row := set.summary.Row(cell, metric)
		return float64(row.N-row.Reached) / float64(max(1, row.N))
	}
	for i := range set.summary.Cells {
		row := set.summary.Row(i, metric)
		missing, total = missing+row.N-row.Reached, total+row.N
		if row.Reached < row.N && (most < 0 || share(i) > share(most)) {
			most = i
		}
	}
	if missing == 0 {
		return ""
	}
	row := set.summary.Row(most, metric)
	p := stat.Proportion(row.N-row.Reached, row.N)
	return fmt.Sprintf(" %s of %s replicates did not reach %s and are left out. The largest share in a "+
		"cell is %s (95 %% interval, Clopper–Pearson: %s to %s).", number.Count(missing),
		number.Count(total), set.summary.Header.Metrics[metric].Name, number.Percent(p.Value),
		number.Percent(p.Lo), number.Percent(p.Hi))
}
