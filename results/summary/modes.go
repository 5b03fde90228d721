package summary

import (
	"slices"

	"tlslab/results/stat"
)

// Mode is a cluster of values that is well separated from the other values of its cell. Under loss
// a time has several: replicates that lost no packet, replicates that waited for the first
// retransmission of a SYN, and so on.
type Mode struct {
	Lo, Hi float64 // the smallest and the largest value
	N      int     // how many replicates have a value of the cluster
	// Share is N as a share of the replicates that reached the metric, with its Clopper–Pearson
	// interval.
	Share stat.Interval
}

const (
	// mostModes is the largest number of clusters.
	mostModes = 12
	// leastMode is the number of values that at least two clusters must have. The largest values of
	// a distribution with a long tail are often far apart, so smaller clusters are no evidence of
	// modes. Beside two larger clusters they count as modes too.
	leastMode = 5
	// leastForModes is the least number of values of a cell with modes. A few dozen values of one
	// continuous distribution often lie in clumps.
	leastForModes = 100
)

// modesOf divides values in ascending order into clusters at their widest gaps. Clusters are well
// separated if every value is nearer to all values of its cluster than to any value of another (J.
// C. Dunn, "Well-Separated Clusters and Optimal Fuzzy Partitions", Journal of Cybernetics 4, 1974).
// In one dimension they are if each gap between two of them is wider than both. Of the divisions
// with up to mostModes well separated clusters it is the one with most clusters. Without two
// clusters of leastMode values or more, or with fewer than leastForModes values, there are no
// modes. The tail of a continuous distribution thins out gradually: its gaps are much narrower than
// what lies below them.
func modesOf(sorted []float64) []Mode {
	if len(sorted) < leastForModes || sorted[0] == sorted[len(sorted)-1] {
		return nil
	}
	gaps := widest(sorted)
	for len(gaps) > 0 {
		if modes := divide(sorted, gaps); modes != nil {
			big := 0
			for _, m := range modes {
				if m.N >= leastMode {
					big++
				}
			}
			if big >= 2 {
				return modes
			}
		}
		last := gaps[len(gaps)-1].width
		for len(gaps) > 0 && gaps[len(gaps)-1].width == last { // of equal gaps all or none are cut
			gaps = gaps[:len(gaps)-1]
		}
	}
	return nil
}

// gap is the distance between two neighbouring values.
type gap struct {
	width float64
	after int // index of the lower value
}

// widest returns the widest gaps, the widest first: fewer than mostModes, and of equal gaps all or
// none.
func widest(sorted []float64) []gap {
	var gaps [mostModes]gap // one more than there can be
	n := 0
	for i := 1; i < len(sorted); i++ {
		width := sorted[i] - sorted[i-1]
		if width == 0 || n == mostModes && width <= gaps[n-1].width {
			continue
		}
		at := min(n, mostModes-1)
		for ; at > 0 && gaps[at-1].width < width; at-- {
			gaps[at] = gaps[at-1]
		}
		gaps[at] = gap{width, i - 1}
		n = min(n+1, mostModes)
	}
	found := gaps[:n]
	if n == mostModes {
		last := found[n-1].width
		for len(found) > 0 && found[len(found)-1].width == last {
			found = found[:len(found)-1]
		}
	}
	return slices.Clone(found)
}

// divide cuts at every gap. It returns nil if the clusters are not well separated.
func divide(sorted []float64, gaps []gap) []Mode {
	cuts := slices.Clone(gaps)
	slices.SortFunc(cuts, func(a, b gap) int { return a.after - b.after })
	modes := make([]Mode, 0, len(cuts)+1)
	from := 0
	for i := 0; i <= len(cuts); i++ {
		to := len(sorted)
		if i < len(cuts) {
			to = cuts[i].after + 1
		}
		m := Mode{Lo: sorted[from], Hi: sorted[to-1], N: to - from,
			Share: stat.Proportion(to-from, len(sorted))}
		width := m.Hi - m.Lo
		if i > 0 && cuts[i-1].width <= width || i < len(cuts) && cuts[i].width <= width {
			return nil
		}
		modes = append(modes, m)
		from = to
	}
	return modes
}
