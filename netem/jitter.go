package netem

import "time"

// jitter draws each packet's time on the delay line.
type jitter struct {
	delay, spread int64        // ns
	table         *jitterTable // nil: uniform
	draws         stream
}

func newJitter(c *Config) jitter {
	j := jitter{delay: int64(c.Delay), spread: int64(c.Jitter)}
	if table := distributions[c.Distribution].table; c.Jitter != 0 && table != nil {
		j.table = table()
	}
	return j
}

// of is packet i's time on the delay line: the delay and a deviation, as tabledist() of
// net/sched/sch_netem.c makes it. A packet whose deviation is longer than the delay takes no time.
func (j *jitter) of(i uint64) time.Duration {
	if j.spread == 0 {
		return time.Duration(j.delay)
	}
	draw := j.draws.draw(i)
	if j.table == nil {
		deviation := int64(below(draw, 2*uint64(j.spread))) - j.spread
		return time.Duration(max(0, j.delay+deviation))
	}
	deviation := roundedQuotient(int64(j.table[below(draw, tableSize)])*j.spread, tableScale)
	return time.Duration(max(0, j.delay+deviation))
}

// roundedQuotient is a/b rounded to the nearest integer, halves away from zero.
func roundedQuotient(a, b int64) int64 {
	if a < 0 {
		return (a - b/2) / b
	}
	return (a + b/2) / b
}
