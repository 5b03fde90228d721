package results

// firstBatch is the number of replicates of the first batch of a cell with a Target. It is enough
// for a bounded interval of each statistic that a Target can name: p99 needs 441 replicates. A mode
// that holds 0.3 % of the replicates is missing from it in one run of twenty.
const firstBatch = 1000

// Batches returns the numbers of the replicates of each batch of a cell. Without a Target a cell
// has one batch, of all its replicates. With a Target a cell ends after one of the batches: the
// first has 1,000 replicates, and each further batch doubles their number, up to Target.Most.
// Doubling keeps the number of looks at the data small: at most eight up to 100,000 replicates.
func (h *Header) Batches() []Range {
	if h.Replicates == 0 {
		return nil
	}
	if h.Target == nil {
		return []Range{{0, h.Replicates}}
	}
	all := []Range{{0, min(firstBatch, h.Target.Most)}}
	for all[len(all)-1].To < h.Target.Most {
		last := all[len(all)-1].To
		all = append(all, Range{last, min(2*last, h.Target.Most)})
	}
	return all
}
