package netem

import "errors"

// GilbertElliott is loss in bursts: a Markov chain of two states, good (where it starts) and bad, that
// may move after each packet, and loses packets with a probability of its state. The fields are
// tc-netem's "loss gemodel p r 1-h 1-k", as probabilities from 0 to 1. The zero value is no loss.
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

// lossProcess decides which packets are lost at random. Independent loss is the chain that never
// leaves its good state.
type lossProcess struct {
	toBad, toGood threshold // the chain's moves
	inGood, inBad threshold // loss in each state
	bad           bool
	draws         stream
}

func newLossProcess(c *Config) lossProcess {
	g := c.Gemodel
	if !g.enabled() {
		g.Good = c.Loss
	}
	return lossProcess{
		toBad: newThreshold(g.P), toGood: newThreshold(g.R),
		inGood: newThreshold(g.Good), inBad: newThreshold(g.Bad),
	}
}

func (l *lossProcess) reset(draws stream) {
	l.bad = false
	l.draws = draws
}

// lost reports whether packet i is lost. The upper half of its draw moves the chain, the lower half
// judges the packet by the state it finds the chain in, before the move: loss_gilb_ell() of
// net/sched/sch_netem.c does it in that order.
func (l *lossProcess) lost(i uint64) bool {
	draw := l.draws.draw(i)
	move, judge := uint32(draw>>32), uint32(draw)
	if l.bad {
		l.bad = !l.toGood.happens(move)
		return l.inBad.happens(judge)
	}
	l.bad = l.toBad.happens(move)
	return l.inGood.happens(judge)
}
