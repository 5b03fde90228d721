package netem

import "time"

// jitter draws the propagation delay of each packet.
type jitter struct {
	mean, spread int64   // ns
	table        []int16 // nil: uniform
	draws        stream
	correlated   crandom // in place of draws, with a correlation
}

func newJitter(c *Config) jitter {
	j := jitter{mean: int64(c.Delay), spread: int64(c.Jitter), correlated: newCrandom(c.DelayCorrelation)}
	if table := distributions[c.Distribution].table; c.Jitter != 0 && table != nil {
		j.table = table()[:]
	}
	if c.Table != nil {
		j.table = c.Table.values
	}
	return j
}

func (j *jitter) reset(seed uint64) {
	if j.spread != 0 {
		j.draws = newStream(seed, purposeJitter)
		j.correlated.reset(j.draws)
	}
}

// delayOf is the propagation delay of packet i: the sum of the mean and a deviation, as in
// tabledist() of net/sched/sch_netem.c, or 0 if the sum is negative.
func (j *jitter) delayOf(i uint64) time.Duration {
	if j.spread == 0 {
		return time.Duration(j.mean)
	}
	var draw uint64
	if j.correlated.rho == 0 {
		draw = j.draws.draw(i)
	} else {
		draw = uint64(j.correlated.next(i)) << 32
	}
	if j.table == nil {
		deviation := int64(below(draw, 2*uint64(j.spread))) - j.spread
		return time.Duration(max(0, j.mean+deviation))
	}
	deviation := roundedQuotient(int64(j.table[below(draw, uint64(len(j.table)))])*j.spread, tableScale)
	return time.Duration(max(0, j.mean+deviation))
}

// kernelDelayOf is delayOf as the kernel computes it: the sum may be negative, and a random number
// becomes a deviation by its remainder, not by its size. So a correlation of the numbers does not
// make the delays of neighbours alike: the remainder keeps none of it if the spread is far below
// 2³¹ ns, and of a table only the lower bits of the number count.
func (j *jitter) kernelDelayOf(i uint64) time.Duration {
	if j.spread == 0 {
		return time.Duration(j.mean)
	}
	number := uint64(j.correlated.next(i))
	if j.table == nil {
		return time.Duration(j.mean + int64(number%(2*uint64(j.spread))) - j.spread)
	}
	return time.Duration(j.mean + roundedQuotient(int64(j.table[number%uint64(len(j.table))])*j.spread, tableScale))
}

// roundedQuotient is a/b rounded to the nearest integer, halves away from zero.
func roundedQuotient(a, b int64) int64 {
	if a < 0 {
		return (a - b/2) / b
	}
	return (a + b/2) / b
}
