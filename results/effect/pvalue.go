package effect

import (
	"math"
	"strconv"

	"gonum.org/v1/gonum/mathext"
)

// A quantile is tested at a cut: the pooled quantile, that of all values of both sides together. If
// the sides have the same distribution, their shares of values below the cut differ by chance only.
// Several replicates may have the very value of the cut. Then the values below it and the values up
// to it are both tested, and the smaller p-value is doubled (Bonferroni).

// pairedTests sets the p-values of the quantiles.
func pairedTests(x, y *Column, out *Comparison) {
	for of, p := range probabilities {
		out.Effects[of].P = pairedTest(x, y, p)
	}
}

// pairedTest returns the p-value of the p-th quantile: that of McNemar's exact test over the pairs
// in which both replicates reached the metric.
func pairedTest(x, y *Column, p float64) float64 {
	cut := pooled(x.sorted, y.sorted, p)
	var below, upTo [2]int // pairs in which x alone, y alone is below the cut, or up to it
	for i, v := range x.values {
		w := y.values[i]
		if v != v || w != w {
			continue
		}
		if (v < cut) != (w < cut) {
			below[index(w < cut)]++
		}
		if (v <= cut) != (w <= cut) {
			upTo[index(w <= cut)]++
		}
	}
	alone := McNemar(below[0], below[1])
	if below == upTo {
		return alone
	}
	return min(1, 2*min(alone, McNemar(upTo[0], upTo[1])))
}

func index(b bool) int {
	if b {
		return 1
	}
	return 0
}

// independentTests sets the p-values of the quantiles.
func independentTests(x, y *Column, out *Comparison) {
	for of, p := range probabilities {
		out.Effects[of].P = independentTest(x, y, p)
	}
}

// independentTest returns the p-value of the p-th quantile: that of Fisher's exact test.
func independentTest(x, y *Column, p float64) float64 {
	n, m := len(x.sorted), len(y.sorted)
	cut := pooled(x.sorted, y.sorted, p)
	a, b := rank(x.sorted, cut, false), rank(y.sorted, cut, false)
	c, d := rank(x.sorted, cut, true), rank(y.sorted, cut, true)
	below := Fisher(a, n-a, b, m-b)
	if a == c && b == d {
		return below
	}
	return min(1, 2*min(below, Fisher(c, n-c, d, m-d)))
}

// rank returns the number of values below a cut, or up to it, in ascending data.
func rank(sorted []float64, cut float64, included bool) int {
	lo, hi := 0, len(sorted)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if sorted[mid] < cut || included && sorted[mid] == cut {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// pooled returns the p-th quantile of the values of two columns together, each in ascending order:
// stat.Quantile of their union.
func pooled(x, y []float64, p float64) float64 {
	n := len(x) + len(y)
	position := p * float64(n-1)
	k := min(int(position), n-1)
	fraction := position - float64(k)
	lower := kth(x, y, k)
	if fraction == 0 || k+1 == n {
		return lower
	}
	upper := kth(x, y, k+1)
	if lower == upper {
		return lower
	}
	return lower + fraction*(upper-lower)
}

// kth returns the k-th smallest value, counted from 0, of two columns in ascending order.
func kth(x, y []float64, k int) float64 {
	lo, hi := max(0, k-len(y)), min(k, len(x)) // how many of the k smaller values x has
	for lo < hi {
		i := (lo + hi) / 2
		if x[i] < y[k-i-1] {
			lo = i + 1
		} else {
			hi = i
		}
	}
	switch j := k - lo; {
	case lo == len(x):
		return y[j]
	case j == len(y):
		return x[lo]
	default:
		return min(x[lo], y[j])
	}
}

// McNemar returns the two-sided p-value of McNemar's exact test for the numbers of both kinds of
// discordant pairs: each discordant pair is of either kind with probability ½. Q. McNemar, "Note
// on the Sampling Error of the Difference Between Correlated Proportions", Psychometrika 12 (1947).
func McNemar(b, c int) float64 {
	n, k := b+c, min(b, c)
	if 2*k >= n {
		return 1
	}
	// P(X ≤ k) of a binomial X is a regularized incomplete beta function.
	return min(1, 2*mathext.RegIncBeta(float64(n-k), float64(k+1), 0.5))
}

// Fisher returns the two-sided p-value of Fisher's exact test of the table a b / c d: the sum of
// the probabilities of all tables with the same margins that are at most as likely as this one (R.
// A. Fisher, Statistical Methods for Research Workers, 5th ed. 1934, §21.02; fisher.test in R, with
// its tolerance of 1e-7). It is rounded to 6 significant digits.
func Fisher(a, b, c, d int) float64 {
	row, column, n := a+b, a+c, a+b+c+d
	lo, hi := max(0, row+column-n), min(row, column)
	if lo == hi {
		return 1
	}
	log := func(v int) float64 {
		l, _ := math.Lgamma(float64(v) + 1)
		return l
	}
	margins := log(row) + log(n-row) + log(column) + log(n-column) - log(n)
	probability := func(k int) float64 {
		return math.Exp(margins - log(k) - log(row-k) - log(column-k) - log(n-row-column+k))
	}
	most := probability(a) * (1 + 1e-7)
	mode := min(hi, max(lo, int(float64(row+1)*float64(column+1)/float64(n+2))))
	sum := 0.0
	for _, side := range [2]struct{ end, step int }{{lo, -1}, {hi, +1}} {
		// from becomes the first table from the mode on that is not more likely than the observed.
		from := mode
		if side.step > 0 {
			from++
		}
		inside := func(k int) bool { return (side.end-k)*side.step >= 0 }
		if !inside(from) {
			continue
		}
		near, far := 0, (side.end-from)*side.step+1
		for near < far {
			middle := (near + far) / 2
			if probability(from+middle*side.step) > most {
				near = middle + 1
			} else {
				far = middle
			}
		}
		for k := from + near*side.step; inside(k); k += side.step {
			p := probability(k)
			if sum += p; p < 1e-17*sum || p == 0 {
				break
			}
		}
	}
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(min(1, sum), 'e', 5, 64), 64)
	return rounded
}
