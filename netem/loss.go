package netem

import "errors"

// GilbertElliott is loss in bursts: a Markov chain with the states good and bad, which starts in
// the good state. Each state loses packets with its own probability. After each packet the chain
// may change its state. The fields are those of tc-netem's "loss gemodel p r 1-h 1-k", as
// probabilities from 0 to 1. The zero value loses nothing. Source: E. O. Elliott, Estimates of
// Error Rates for Codes on Burst-Noise Channels, BSTJ 42 (1963).
type GilbertElliott struct {
	P    float64 // p: from good to bad
	R    float64 // r: from bad to good
	Bad  float64 // 1-h: loss in the bad state
	Good float64 // 1-k: loss in the good state
}

// StationaryLoss is the share of packets lost in the long run, 0 to 1. The chain is in the bad
// state for p/(p+r) of the packets; if p is 0, it stays in the good state.
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

// lossProcess decides which packets are lost at random. Independent loss is a Gilbert–Elliott chain
// that never leaves its good state.
type lossProcess struct {
	toBad, toGood threshold // transitions of the chain
	inGood, inBad threshold // loss in each state
	never         bool      // no packet is lost: nothing is drawn
	bad           bool
	draws         stream
}

func newLossProcess(c *Config) lossProcess {
	g := c.Gemodel
	if !g.enabled() {
		g.Good = c.Loss
	}
	l := lossProcess{
		toBad: newThreshold(g.P), toGood: newThreshold(g.R),
		inGood: newThreshold(g.Good), inBad: newThreshold(g.Bad),
	}
	l.never = l.inGood == 0 && (l.inBad == 0 || l.toBad == 0)
	return l
}

func (l *lossProcess) reset(seed uint64) {
	l.bad = false
	if !l.never {
		l.draws = newStream(seed, purposeLoss)
	}
}

// lost reports whether packet i is lost, and moves the chain. The lower half of the packet's draw
// decides about the loss, the upper half about the transition. As in loss_gilb_ell() of
// net/sched/sch_netem.c, the loss depends on the state before the transition.
func (l *lossProcess) lost(i uint64) bool {
	if l.never {
		return false
	}
	draw := l.draws.draw(i)
	transition, loss := uint32(draw>>32), uint32(draw)
	if l.bad {
		l.bad = !l.toGood.happens(transition)
		return l.inBad.happens(loss)
	}
	l.bad = l.toBad.happens(transition)
	return l.inGood.happens(loss)
}
