package effect

import (
	"math"
	"math/rand/v2"
)

// Quantile compares the p-th quantile of x with that of the baseline y, for 0 < p < 1. Its interval
// and its test are those of Paired, or of Independent if paired is false. If paired is true, both
// columns must have the same number of replicates. PHolm and Verdict are not set. P is NaN if the
// interval of the difference has no bound.
func (c *Comparer) Quantile(x, y *Column, p float64, paired bool) Effect {
	if len(x.sorted) == 0 || len(y.sorted) == 0 {
		return none(PairedBootstrap).Effects[P50]
	}
	if !paired {
		var a, b drawn
		a.independent(x.sorted, p, c.seed, 0)
		b.independent(y.sorted, p, c.seed, 1)
		e := resampled(x, y, p, &a, &b)
		e.P = independentTest(x, y, p)
		e.withoutTest()
		return e
	}
	w := &c.large
	w.x.begin(x, p)
	w.y.begin(y, p)
	if !w.x.drawns.constant || !w.y.drawns.constant {
		w.countKinds(x.values, y.values)
		w.draw(rand.NewPCG(c.seed, math.Float64bits(p)), len(x.values))
	}
	e := resampled(x, y, p, &w.x.drawns, &w.y.drawns)
	e.P = pairedTest(x, y, p)
	e.withoutTest()
	return e
}
