package netem

import (
	"errors"
	"fmt"
	"math"
)

// Chance is the probability of an event that happens to a packet, as in tc-netem's
// "duplicate P [CORRELATION]". Both fields are from 0 to 1.
//
// A correlation makes each random number depend on the previous one: the number is
// (1 − ρ)·u + ρ·previous with u uniform, a first-order autoregressive filter (get_crandom() in
// net/sched/sch_netem.c). The filter narrows the distribution of the numbers around ½: their
// variance is (1 − ρ)/(1 + ρ) of the uniform one's. So an event with a probability below ½ happens
// less often than P, and a rare one almost never. tc-netem(8) calls the option deprecated for this
// reason; Salsano, Ludovici and Ordine ("Definition of a general and intuitive loss model …")
// propose the chains of Gemodel and LossState in its place.
type Chance struct {
	P           float64 // probability
	Correlation float64 // ρ, with the previous random number
}

func (c Chance) validate(name string) error {
	err := errors.Join(
		checkProbability(name, c.P),
		checkProbability(name+" correlation", c.Correlation))
	if err == nil && c.P == 0 && c.Correlation != 0 {
		return fmt.Errorf("netem: %s: a correlation needs a probability above 0%%", name)
	}
	return err
}

// A chance decides for each packet whether an event happens.
type chance struct {
	purpose   purpose
	threshold threshold
	crandom
}

func newChance(c Chance, p purpose) chance {
	return chance{purpose: p, threshold: newThreshold(c.P), crandom: newCrandom(c.Correlation)}
}

func (c *chance) reset(seed uint64) {
	if c.threshold != 0 {
		c.crandom.reset(newStream(seed, c.purpose))
	}
}

// happens decides for packet i. An event without probability draws nothing, as in netem_enqueue().
func (c *chance) happens(i uint64) bool {
	return c.threshold != 0 && c.threshold.happens(c.next(i))
}

// A crandom is a generator of correlated 32-bit numbers: get_crandom() of net/sched/sch_netem.c.
type crandom struct {
	rho   uint64 // correlation in units of 2⁻³²; 0: none
	last  uint64
	draws stream
}

// newCrandom rounds as set_percent() of iproute2 (tc/q_netem.c) and get_crandom() do. The only
// operation that rounds is one product, so every machine gets the same.
func newCrandom(correlation float64) crandom {
	rho := uint64(math.RoundToEven(correlation * math.MaxUint32))
	if rho != 0 {
		rho++
	}
	return crandom{rho: rho}
}

// reset begins the sequence: as in init_crandom(), the number before the first is random too.
func (c *crandom) reset(draws stream) {
	c.draws = draws
	c.last = draws.draw(0) >> 32 // packets are numbered from 1
}

// next returns the number of packet i.
func (c *crandom) next(i uint64) uint32 {
	value := c.draws.draw(i) >> 32
	if c.rho != 0 {
		value = (value*(1<<32-c.rho) + c.last*c.rho) >> 32
		c.last = value
	}
	return uint32(value)
}
