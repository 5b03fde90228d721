package netem

import "errors"

// Reorder lets packets overtake others, tc-netem's "reorder P [CORRELATION] [gap D]": with
// probability P a packet has no propagation delay. The zero value reorders nothing.
type Reorder struct {
	Chance
	// Gap is the distance D, 0 to MaxLimit: after a packet that overtook, D − 1 packets are
	// delayed in any case. 0 means 1.
	Gap int
}

func (r Reorder) validate(c *Config) error {
	err := errors.Join(r.Chance.validate("reorder"), checkRange("reorder: gap", " packets", r.Gap, 0, MaxLimit))
	switch {
	case err != nil:
		return err
	case r.P == 0 && r.Gap != 0:
		return errors.New("netem: reorder: a gap needs a probability above 0%")
	case r.P != 0 && c.Delay == 0:
		return errors.New("netem: reorder: a packet can only overtake on a link with a delay")
	case r.P != 0 && c.Ordered:
		return errors.New("netem: reorder: on an ordered link no packet overtakes another")
	}
	return nil
}

// A reorderer decides which packets overtake, as netem_enqueue() does.
type reorderer struct {
	chance
	gap, delayed int // delayed counts the packets since the last that overtook
}

func newReorderer(r Reorder) reorderer {
	return reorderer{chance: newChance(r.Chance, purposeReorder), gap: max(1, r.Gap)}
}

func (r *reorderer) reset(seed uint64) {
	r.chance.reset(seed)
	r.delayed = 0
}

// overtakes decides for packet i. A packet within the gap draws nothing.
func (r *reorderer) overtakes(i uint64) bool {
	if r.threshold == 0 {
		return false
	}
	if r.delayed >= r.gap-1 && r.happens(i) {
		r.delayed = 0
		return true
	}
	r.delayed++
	return false
}
