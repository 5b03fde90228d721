package stat

import (
	"math"
	"slices"
)

// exactPairs is the largest number of non-zero differences for which the p-value is exact.
const exactPairs = 50

// SignedRank returns the two-sided p-value of the Wilcoxon signed-rank test. The null hypothesis is
// that paired differences, given in ascending order, are symmetric about zero. F. Wilcoxon,
// "Individual Comparisons by Ranking Methods", Biometrics Bulletin 1 (1945). As there, differences
// of zero are left out, and equal magnitudes share the mean of their ranks.
//
// With up to 50 differences the p-value is exact, ties included. With more it is the normal
// approximation, with a continuity correction and the variance corrected for ties (Hollander, Wolfe
// and Chicken, Nonparametric Statistical Methods, §3.1; wilcox.test in R). The p-value is 1 if all
// differences are zero, and NaN if there are none or one is NaN. A p-value below about 1e-308 is
// returned as 0.
func SignedRank(sorted []float64) float64 {
	if len(sorted) == 0 || math.IsNaN(sorted[0]) { // slices.Sort puts NaN first
		return math.NaN()
	}
	ranks := rankSigned(sorted)
	switch {
	case ranks.n == 0:
		return 1
	case ranks.n <= exactPairs:
		return ranks.exact()
	}
	return ranks.normal()
}

// signedRanks are the ranks of the magnitudes of non-zero differences. Ranks are doubled, so that
// the mean ranks of ties are integers.
type signedRanks struct {
	n        int
	positive int64 // the sum of the doubled ranks of positive differences
	// doubled holds all doubled ranks if n is at most exactPairs.
	doubled []int
	// ties is the sum of t³ − t over all groups of t equal magnitudes.
	ties float64
}

// rankSigned ranks the magnitudes. It starts at zero, from where magnitudes rise to the left and to
// the right.
func rankSigned(sorted []float64) signedRanks {
	right, zeros := slices.BinarySearch(sorted, 0)
	left := right - 1
	for zeros && right < len(sorted) && sorted[right] == 0 {
		right++
	}
	var r signedRanks
	r.n = left + 1 + len(sorted) - right
	for rank := 1; rank <= r.n; {
		magnitude := math.Inf(1)
		if left >= 0 {
			magnitude = -sorted[left]
		}
		if right < len(sorted) {
			magnitude = min(magnitude, sorted[right])
		}
		negative, positive := 0, 0
		for ; left >= 0 && -sorted[left] == magnitude; left-- {
			negative++
		}
		for ; right < len(sorted) && sorted[right] == magnitude; right++ {
			positive++
		}
		tied := negative + positive
		doubled := 2*rank + tied - 1
		r.positive += int64(doubled) * int64(positive)
		r.ties += float64(tied) * (float64(tied)*float64(tied) - 1)
		if r.n <= exactPairs {
			for range tied {
				r.doubled = append(r.doubled, doubled)
			}
		}
		rank += tied
	}
	return r
}

// exact counts how many of the 2ⁿ equally likely sign patterns give a sum at least as far from the
// mean. It is the shift algorithm of Streitberg and Röhmel, "Exact Distributions for Permutation
// and Rank Tests", Statistical Software Newsletter 12 (1986). The counts are integers of at most
// 2⁵⁰, which a float64 represents exactly.
func (r signedRanks) exact() float64 {
	total := 0
	for _, d := range r.doubled {
		total += d
	}
	patterns := make([]float64, total+1) // by sum of the positive doubled ranks
	patterns[0] = 1
	reach := 0
	for _, d := range r.doubled {
		reach += d
		for sum := reach; sum >= d; sum-- {
			patterns[sum] += patterns[sum-d]
		}
	}
	far := min(int(r.positive), total-int(r.positive)) // the distribution is symmetric
	tail := 0.0
	for _, count := range patterns[:far+1] {
		tail += count
	}
	return min(1, 2*tail/math.Exp2(float64(r.n)))
}

// normal is the p-value by the normal approximation.
func (r signedRanks) normal() float64 {
	n := float64(r.n)
	mean := n * (n + 1) / 4
	variance := n*(n+1)*(2*n+1)/24 - r.ties/48
	distance := math.Abs(float64(r.positive)/2-mean) - 0.5
	return min(1, math.Erfc(distance/math.Sqrt(2*variance)))
}
