package effect

import (
	"math"

	"tlslab/results/stat"
)

// Comparer compares columns. It draws resamples once for each number of replicates, and uses them
// for all columns with that number. So in a given resample, a replicate is drawn equally often in
// all these columns. A Comparer must not be used concurrently.
type Comparer struct {
	seed   uint64
	shared *Resamples
	large  windowed
}

// Paired compares x with the baseline y, which have the same length. x[i] and y[i] are the values
// of replicate i, NaN where it did not reach the metric. Each statistic of a side is over all
// replicates that reached the metric on that side. Equal data and an equal seed give an equal
// comparison. PHolm and Verdict are not set: see Effect.Judge.
func Paired(x, y []float64, seed uint64) Comparison {
	var a, b Column
	a.Set(x)
	b.Set(y)
	return NewComparer(seed, NewResamples()).Paired(&a, &b)
}

// Independent compares x with the baseline y, which are samples without pairs. NaN is a replicate
// that did not reach the metric. PHolm and Verdict are not set: see Effect.Judge.
func Independent(x, y []float64, seed uint64) Comparison {
	var a, b Column
	a.Set(x)
	b.Set(y)
	return NewComparer(seed, NewResamples()).Independent(&a, &b)
}

// NewComparer returns a comparer whose resamples follow from a seed. Comparers of one seed can
// share their resamples.
func NewComparer(seed uint64, shared *Resamples) *Comparer {
	return &Comparer{seed: seed, shared: shared}
}

// Paired is the function Paired for prepared columns, which have the same number of replicates.
func (c *Comparer) Paired(x, y *Column) Comparison {
	out := none(PairedBootstrap)
	out.Paired = true
	for i, v := range x.values {
		if w := y.values[i]; v == v && w == w {
			out.Pairs++
		}
	}
	if len(x.sorted) == 0 || len(y.sorted) == 0 {
		return out
	}
	if len(x.values) <= mostShared {
		from := c.shared.of(len(x.values), c.seed)
		from.draw(x)
		from.draw(y)
		for of := range quantiles {
			out.Effects[of] = resampled(x, y, probabilities[of], &x.drawn[of], &y.drawn[of])
		}
	} else {
		c.large.compare(x, y, c.seed, &out)
	}
	pairedTests(x, y, &out)
	out.Effects[Mean] = pairedMean(x, y)
	out.withoutTests()
	return out
}

// Independent is the function Independent for prepared columns.
func (c *Comparer) Independent(x, y *Column) Comparison {
	out := none(IndependentBootstrap)
	if len(x.sorted) == 0 || len(y.sorted) == 0 {
		return out
	}
	for of := range quantiles {
		var a, b drawn
		a.independent(x.sorted, probabilities[of], c.seed, 0)
		b.independent(y.sorted, probabilities[of], c.seed, 1)
		out.Effects[of] = resampled(x, y, probabilities[of], &a, &b)
	}
	independentTests(x, y, &out)
	out.Effects[Mean] = independentMean(x, y)
	out.withoutTests()
	return out
}

// Known compares two columns whose values are known exactly: every replicate has the value x, and
// in the baseline y. There is no test, so P is NaN.
func Known(x, y float64, paired bool, pairs int) Comparison {
	out := Comparison{Paired: paired, Pairs: pairs, Method: Exact}
	for of := range out.Effects {
		out.Effects[of] = Effect{Diff: stat.Point(x - y), Ratio: stat.Point(stat.Ratio(x, y)),
			P: math.NaN(), PHolm: math.NaN()}
	}
	return out
}

// none is a comparison whose effects do not exist.
func none(method Method) Comparison {
	c := Comparison{Method: method}
	for of := range c.Effects {
		c.Effects[of] = Effect{Ratio: stat.None, Diff: stat.None, P: math.NaN(), PHolm: math.NaN()}
	}
	return c
}

// withoutTests removes the p-values of effects without any bound: too few replicates to tell.
func (c *Comparison) withoutTests() {
	for of := range c.Effects {
		c.Effects[of].withoutTest()
	}
}

func (e *Effect) withoutTest() {
	if math.IsInf(e.Diff.Lo, -1) && math.IsInf(e.Diff.Hi, 1) {
		e.P = math.NaN()
	}
}
