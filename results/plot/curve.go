package plot

import (
	"math"
	"slices"

	"tlslab/results/stat"
)

// mostPoints is how many points a curve keeps at most. They set the size of an SVG file. Curves of
// many cells keep fewer, down to leastPoints, so that all curves together have about allPoints and
// fit into memory.
const mostPoints, leastPoints, allPoints = 2000, 100, 1_000_000

// curve is an empirical distribution function: the fraction f[i] of all replicates has a value of
// at most x[i].
type curve struct {
	x, f []float64
	n    int // replicates, including those that did not reach the metric
}

// noSpread is the fraction by which the values of a cell may differ and still be drawn as one
// value: their distribution would be a vertical line.
const noSpread = 0.01

// constant reports whether every replicate has a value and all values are the same within noSpread.
// The curve of a cell whose replicates failed in part shows how many.
func (c curve) constant() bool {
	if len(c.x) == 0 || c.f[len(c.f)-1] < 1 {
		return false
	}
	low, high := c.x[0], c.x[len(c.x)-1]
	return high-low <= noSpread*math.Max(math.Abs(low), math.Abs(high))
}

// varies reports whether there is a distribution to draw.
func (c curve) varies() bool { return len(c.x) > 0 && !c.constant() }

// bandStep is the interval of the quantile at a fraction of the replicates. A bound is infinite if
// the data do not bound the quantile.
type bandStep struct{ fraction, low, high float64 }

// bandSteps is the number of fractions at which a band is computed, equally spaced on a tail axis.
const bandSteps = 160

// band returns the pointwise 95 % confidence band of the distribution: the interval of each
// quantile from order statistics, as stat.QuantileInterval has it. Replicates without a value are
// beyond all values. Where the curve is thinned, a bound is the next point of the curve.
func (c curve) band() []bandStep {
	steps := make([]bandStep, bandSteps)
	top := tailScale(1 - 1/float64(c.n+1))
	for i := range steps {
		q := 1 - math.Pow(10, -top*float64(i)/(bandSteps-1))
		low, high := stat.QuantileRanks(c.n, q)
		steps[i] = bandStep{q, c.ranked(low), c.ranked(high)}
	}
	return steps
}

// ranked returns the value of a rank, from 1 to n: −∞ below, and +∞ for a replicate without a
// value.
func (c curve) ranked(rank int) float64 {
	if rank < 1 {
		return math.Inf(-1)
	}
	at, _ := slices.BinarySearch(c.f, (float64(rank)-0.5)/float64(c.n))
	if at == len(c.x) {
		return math.Inf(1)
	}
	return c.x[at]
}

// thin reduces sorted values to at most the given number of points, equally spaced on a tail axis.
// So the largest values, which are far apart there, all stay. n is the number of replicates. A
// replicate without a value counts as +Inf, so with such replicates the curve ends below 1.
func thin(sorted []float64, n, points int) curve {
	c := curve{n: n}
	if len(sorted) == 0 {
		return c
	}
	at := func(i int) float64 { return tailScale(float64(i+1) / float64(n+1)) }
	step := at(len(sorted)-1) / float64(points-2)
	next := math.Inf(-1)
	for i, x := range sorted {
		last := i == len(sorted)-1
		// Of equal values only the last one is a point.
		if !last && sorted[i+1] == x {
			continue
		}
		if at(i) < next && !last && len(c.x) > 0 {
			continue
		}
		next = at(i) + step
		c.x = append(c.x, x)
		c.f = append(c.f, float64(i+1)/float64(n))
	}
	return c
}
