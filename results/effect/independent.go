package effect

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// independent fills the p-th quantiles of resamples of one column. A resample draws ranks: the k-th
// smallest of m uniform numbers has the distribution Beta(k, m+1−k), and the next one is the
// smallest of m−k uniform numbers above it (David and Nagaraja, Order Statistics, 3rd ed.
// 2003). So a quantile needs two draws, whatever m is. side separates the randomness of two
// columns.
func (d *drawn) independent(sorted []float64, p float64, seed, side uint64) {
	m := len(sorted)
	from, to := window(m, p)
	if d.constant = sorted[from] == sorted[to]; d.constant {
		d.value[0] = sorted[from]
		return
	}
	rng := rand.New(rand.NewPCG(seed, uint64(m)<<1|side))
	position := p * float64(m-1)
	k := int(position) // counted from 0
	fraction := position - float64(k)
	lower := distuv.Beta{Alpha: float64(k + 1), Beta: float64(m - k), Src: rng}
	at := func(u float64) float64 { return sorted[min(m-1, int(u*float64(m)))] }
	for i := range d.value {
		u := lower.Rand()
		d.value[i] = at(u)
		if fraction > 0 {
			next := 1 - (1-u)*math.Exp(-rng.ExpFloat64()/float64(m-k-1))
			d.value[i] += fraction * (at(next) - d.value[i])
		}
	}
}
