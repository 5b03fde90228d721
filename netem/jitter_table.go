package netem

import (
	"math"
	"math/bits"
	"sync"
)

// A jitterTable is a distribution as 4096 equally likely deviations from the mean, ascending, in
// units of jitter/8192 (NETEM_DIST_SCALE, include/uapi/linux/pkt_sched.h).
//
// The tables equal normal.dist, pareto.dist and paretonormal.dist of iproute2, entry by entry. The
// generators of iproute2 (netem/normal.c and others) use floating point. These use integers only,
// so that the tables are the same on every compiler and processor.
type jitterTable [tableSize]int16

const (
	tableSize  = 4096
	tableScale = 8192
)

// Each table is computed on its first use.
var (
	normalTable       = sync.OnceValue(newNormalTable)
	paretoTable       = sync.OnceValue(newParetoTable)
	paretoNormalTable = sync.OnceValue(newParetoNormalTable)
)

// newNormalTable returns the quantiles of the normal distribution, limited to the range of an
// int16.
func newNormalTable() *jitterTable {
	var t jitterTable
	for n, quantile := range normalQuantiles() {
		t[n] = int16(max(quantile, math.MinInt16))
	}
	return &t
}

// normalQuantiles inverts the normal distribution function Φ on a grid: entry n is the last grid
// point x with Φ(x) < (4n+½)/16384. Grid and probabilities are those of iproute2. With them the
// mean is −0.0008 standard deviations, not 0.
func normalQuantiles() *[tableSize]int {
	mass := normalMass()
	total := mass[len(mass)-1]

	// below reports whether Φ(x) < (4n+½)/16384 at the grid point x. Φ(x) is ½ + mass(x)/2·total.
	below := func(x, n int) bool {
		m := mass[max(x, -x)]
		if x < 0 {
			m = -m
		}
		return m*16384 < total*int64(8*n+1-16384)
	}
	var quantiles [tableSize]int
	x := -5 * normalGrid
	for n := range quantiles {
		for below(x+1, n) {
			x++
		}
		quantiles[n] = int(roundedQuotient(int64(x)*tableScale, normalGrid))
	}
	return &quantiles
}

const normalGrid = 20000 // points a standard deviation

// normalMass sums the normal density from 0 to each point of the grid up to 8 standard deviations,
// by the trapezoidal rule and up to a factor. With h = 1/normalGrid the density follows from
//
//	φ(x+h) = φ(x) · r(x),  r(x+h) = r(x) · e^(−h²),  r(0) = e^(−h²/2),
//
// in fixed point with 62 fractional bits. The sums keep 32 of them, so that a sum times 16384 fits
// an int64.
func normalMass() []int64 {
	const (
		one       = 1 << 62
		n2        = normalGrid * normalGrid
		expH2     = one - one/n2 + one/(2*n2*n2) // e^(−h²)
		expHalfH2 = one - one/(2*n2) + one/(8*n2*n2)
	)
	times := func(a, b uint64) uint64 {
		hi, lo := bits.Mul64(a, b)
		return hi<<2 | lo>>62
	}
	mass := make([]int64, 8*normalGrid+1)
	density, ratio := uint64(one), uint64(expHalfH2)
	for x := 1; x < len(mass); x++ {
		next := times(density, ratio)
		mass[x] = mass[x-1] + int64((density+next+1<<30)>>31)
		density, ratio = next, times(ratio, expH2)
	}
	return mass
}

// newParetoTable inverts the Pareto distribution of shape 3 and scale 1, moved by its mean of 3/2
// and scaled by 4/3: entry n is 8192 · 4/3 · (u^(−1/3) − 3/2) with u = 1 − n/4096, and at most
// 32767. With the tail cut there, its mean is −0.03 and its standard deviation 0.82.
func newParetoTable() *jitterTable {
	var t jitterTable
	v := int64(0) // 8192 · 4/3 · u^(−1/3), rounded: the cube root of 2⁵⁷/27j with u = j/4096
	for n := range t {
		cube := int64(1<<60) / int64(27*(tableSize-n)) // of twice the root
		for (2*v+1)*(2*v+1)*(2*v+1) <= cube {
			v++
		}
		t[n] = int16(min(v-2*tableScale, math.MaxInt16))
	}
	return &t
}

// newParetoNormalTable mixes both: a quarter normal, three quarters Pareto, entry by entry.
func newParetoNormalTable() *jitterTable {
	pareto := paretoTable()
	var t jitterTable
	for n, normal := range normalQuantiles() {
		t[n] = int16((normal + 3*int(pareto[n])) / 4)
	}
	return &t
}
