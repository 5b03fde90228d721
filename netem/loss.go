package netem

import "errors"

// GilbertElliott is loss in bursts: a Markov chain of two states, good and bad, that moves before
// each packet is judged, and loses packets with a probability of its state. The fields are tc-netem's
// "loss gemodel p r 1-h 1-k", as probabilities from 0 to 1. The zero value is no loss.
// Source: E. O. Elliott, Estimates of Error Rates for Codes on Burst-Noise Channels, BSTJ 42 (1963).
type GilbertElliott struct {
	P    float64 // p: from good to bad
	R    float64 // r: from bad to good
	Bad  float64 // 1-h: loss in the bad state
	Good float64 // 1-k: loss in the good state
}

// StationaryLoss is the share of packets lost in the long run: p/(p+r) of them are judged in the bad
// state, the others in the good one. A chain that starts good and never moves stays good.
func (g GilbertElliott) StationaryLoss() float64 {
	if g.P == 0 {
		return g.Good
	}
	return (g.P*g.Bad + g.R*g.Good) / (g.P + g.R)
}

func (g GilbertElliott) enabled() bool { return g != GilbertElliott{} }

func (g GilbertElliott) validate() error {
	return errors.Join(
		checkProbability("gemodel p", g.P),
		checkProbability("gemodel r", g.R),
		checkProbability("gemodel 1-h", g.Bad),
		checkProbability("gemodel 1-k", g.Good),
	)
}
