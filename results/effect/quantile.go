package effect

import (
	"math"
	"math/rand/v2"
)

// PairedQuantile compares the p-th quantile of x with that of the baseline y, for 0 < p < 1. The
// columns have the same number of replicates. Interval and test are those of Paired. PHolm and
// Verdict are not set. P is NaN if the interval of the difference has no bound.
func (c *Comparer) PairedQuantile(x, y *Column, p float64) Effect {
	if len(x.sorted) == 0 || len(y.sorted) == 0 {
		return none(PairedBootstrap).Effects[P50]
	}
	w := &c.large
	w.begin(x, y, p)
	if !w.constant() {
		w.draw(rand.NewPCG(c.seed, math.Float64bits(p)), len(x.values))
	}
	e := resampled(x, y, p, &w.x.drawns, &w.y.drawns)
	e.P = pairedTest(x, y, p)
	e.withoutTest()
	return e
}

// IndependentQuantile is PairedQuantile for columns without pairs, which may have different numbers
// of replicates. Interval and test are those of Independent.
func (c *Comparer) IndependentQuantile(x, y *Column, p float64) Effect {
	if len(x.sorted) == 0 || len(y.sorted) == 0 {
		return none(IndependentBootstrap).Effects[P50]
	}
	var a, b drawn
	a.independent(x.sorted, p, c.seed, 0)
	b.independent(y.sorted, p, c.seed, 1)
	e := resampled(x, y, p, &a, &b)
	e.P = independentTest(x, y, p)
	e.withoutTest()
	return e
}
