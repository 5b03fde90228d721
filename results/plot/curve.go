package plot

import "math"

// most is the number of points a curve keeps at most. What a figure costs follows its points, not its pixels.
const most = 2000

// curve is an empirical distribution function: after X[i], the fraction F[i] of all replicates is at most X[i].
type curve struct {
	x, f []float64
	n    int // replicates, those that never reached the metric included
}

// thin keeps of the sorted values the points that differ to the eye on a tail axis: equally spaced in −log10(1−F), so
// that the largest values, of which each is visible, all stay. n counts the replicates without a value too; they are
// never at most anything, so the curve ends below 1.
func thin(sorted []float64, n int) curve {
	c := curve{n: n}
	if len(sorted) == 0 {
		return c
	}
	at := func(i int) float64 { return tailScale(float64(i+1) / float64(n+1)) }
	step := at(len(sorted)-1) / (most - 2)
	next := math.Inf(-1)
	for i, x := range sorted {
		last := i == len(sorted)-1
		// Of equal values the last one says it all.
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
