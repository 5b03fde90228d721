package effect

import (
	"math"

	"tlslab/results/stat"
)

// Verdict is the result of a comparison in one word.
type Verdict string

// The three verdicts.
const (
	Same      Verdict = "same"      // the whole interval of the ratio is inside 1 ± margin
	Different Verdict = "different" // the whole interval is outside, and PHolm is below Alpha
	Undecided Verdict = "undecided" // neither: more replicates may decide
)

// Alpha is the level below which an adjusted p-value counts as a difference.
const Alpha = 0.05

// Judge sets PHolm and the verdict. pHolm is P adjusted for many comparisons. It is NaN if the
// values are exact, or if the interval has no bound: then the interval of the ratio decides alone.
// margin is the fraction, at least 0, by which a ratio may differ from 1 and still count as the
// same.
func (e *Effect) Judge(pHolm, margin float64) {
	e.PHolm, e.Verdict = pHolm, verdict(e.Ratio, pHolm, margin)
}

// JudgeFamily sets PHolm and the verdicts of a family of comparisons. Holm's correction is over all
// of their statistics. margin is that of Effect.Judge.
func JudgeFamily(family []*Comparison, margin float64) {
	var effects []*Effect
	var ps []float64
	for _, c := range family {
		for of := range c.Effects {
			effects = append(effects, &c.Effects[of])
			ps = append(ps, c.Effects[of].P)
		}
	}
	for i, p := range stat.Holm(ps) {
		effects[i].Judge(p, margin)
	}
}

func verdict(ratio stat.Interval, pHolm, margin float64) Verdict {
	low, high := 1-margin, 1+margin
	switch {
	case math.IsNaN(ratio.Value):
		return Undecided
	case ratio.Lo >= low && ratio.Hi <= high:
		return Same
	case (ratio.Hi < low || ratio.Lo > high) && !(pHolm >= Alpha):
		return Different
	}
	return Undecided
}
