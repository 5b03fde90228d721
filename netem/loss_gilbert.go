package netem

import (
	"errors"
	"time"
)

// Gilbert is loss in bursts that advances with time: a link is good for an exponentially
// distributed time, then bad, and so on. Each state loses packets with its own probability. The
// state at an instant follows from the seed alone, not from the packets. The zero value loses
// nothing. Source: E. N. Gilbert, Capacity of a Burst-Noise Channel, BSTJ 39 (1960), in continuous
// time.
//
// GilbertElliott moves with each packet instead. A flow that sends one packet and waits for the
// answer leaves its bad state only by sending: if the bad state lasts for five packets on average,
// a SYN that is lost in it costs 1, 2, 4, 8 … s, and the outage lasts for tens of seconds.
type Gilbert struct {
	GoodFor, BadFor time.Duration // mean time in a state, MinSojourn to MaxDelay
	Bad, Good       float64       // loss in a state, 0 to 1
}

// MinSojourn is the least mean time in a state of a Gilbert, and the least mean gap and duration of
// outages. The link steps through all states up to the present.
const MinSojourn = time.Millisecond

func (g Gilbert) enabled() bool { return g != Gilbert{} }

func (g Gilbert) validate() error {
	if !g.enabled() {
		return nil
	}
	return errors.Join(
		checkRange("loss gilbert: mean time in the good state", "", g.GoodFor, MinSojourn, MaxDelay),
		checkRange("loss gilbert: mean time in the bad state", "", g.BadFor, MinSojourn, MaxDelay),
		checkProbability("loss gilbert: loss in the bad state", g.Bad),
		checkProbability("loss gilbert: loss in the good state", g.Good))
}

// A gilbertLoss is the running chain.
type gilbertLoss struct {
	Gilbert
	inBad, inGood   threshold
	draws, sojourns stream

	bad   bool
	n     uint64        // ordinal of the sojourn
	until time.Duration // its end
}

func newGilbertLoss(g Gilbert) *gilbertLoss {
	return &gilbertLoss{Gilbert: g, inBad: newThreshold(g.Bad), inGood: newThreshold(g.Good)}
}

// reset draws the state at the instant 0 in proportion to the times. The rest of a sojourn is
// exponential too.
func (l *gilbertLoss) reset(seed uint64) {
	l.draws, l.sojourns = newStream(seed, purposeLoss), newStream(seed, purposeSojourn)
	l.bad = below(l.sojourns.draw(0), uint64(l.GoodFor+l.BadFor)) < uint64(l.BadFor)
	l.n, l.until = 0, 0
	l.sojourn()
}

// sojourn begins the next sojourn in the present state.
func (l *gilbertLoss) sojourn() {
	mean := l.GoodFor
	if l.bad {
		mean = l.BadFor
	}
	l.n++
	l.until += exponentialTime(l.sojourns.draw(l.n), mean)
}

func (l *gilbertLoss) lost(now time.Duration, i uint64) bool {
	for l.until <= now {
		l.bad = !l.bad
		l.sojourn()
	}
	draw := uint32(l.draws.draw(i))
	if l.bad {
		return l.inBad.happens(draw)
	}
	return l.inGood.happens(draw)
}

// exponentialTime maps a draw to a time with an exponential distribution, at least 1 ns.
func exponentialTime(draw uint64, mean time.Duration) time.Duration {
	return max(1, time.Duration(mulDiv(uint64(mean), exponential(draw), 1<<32)))
}
