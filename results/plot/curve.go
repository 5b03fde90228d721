package plot

import "math"

// mostPoints is how many points a curve keeps at most. They set the size of an SVG file.
const mostPoints = 2000

// curve is an empirical distribution function: the fraction f[i] of all replicates has a value of
// at most x[i].
type curve struct {
	x, f []float64
	n    int // replicates, including those that did not reach the metric
}

// thin reduces sorted values to points that are equally spaced on a tail axis. So the largest
// values, which are far apart there, all stay. n is the number of replicates. A replicate without a
// value counts as +Inf, so with such replicates the curve ends below 1.
func thin(sorted []float64, n int) curve {
	c := curve{n: n}
	if len(sorted) == 0 {
		return c
	}
	at := func(i int) float64 { return tailScale(float64(i+1) / float64(n+1)) }
	step := at(len(sorted)-1) / (mostPoints - 2)
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
