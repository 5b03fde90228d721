package netem

import "time"

// cobaltParams are the parameters of COBALT, as struct cobalt_params of net/sched/sch_cake.c.
type cobaltParams struct {
	target, interval time.Duration
	mtuTime          time.Duration // that a full packet takes at the shaper's rate
}

// The steps of BLUE's drop probability, in units of 2⁻³², of cake_set_rate().
const (
	bluePlus  = 1 << 24
	blueMinus = 1 << 20
)

// cobaltState is the state of COBALT, which is CoDel and BLUE together, for one queue: struct
// cobalt_vars of net/sched/sch_cake.c.
type cobaltState struct {
	count      uint32        // drops and marks by CoDel, fewer once congestion ends
	recInvSqrt uint32        // 1/√count in units of 2⁻³²
	dropping   bool          // the delay is above the target
	dropNext   time.Duration // when CoDel drops or marks next; if count is 0: when it is at rest
	prob       uint32        // of a drop by BLUE, in units of 2⁻³²
	blueTimer  time.Duration // when prob changed last
}

func (c *cobaltState) reset() {
	*c = cobaltState{recInvSqrt: ^uint32(0), dropNext: longAgo, blueTimer: longAgo}
}

// cobaltRecInvSqrt has 1/√count for small counts, as cobalt_cache_init() computes them. Count 0 is
// like count 1.
var cobaltRecInvSqrt = func() (cache [16]uint32) {
	x := ^uint32(0)
	cache[0] = x
	for count := 1; count < len(cache); count++ {
		for range 4 {
			x = newtonRecInvSqrt(x, uint32(count))
		}
		cache[count] = x
	}
	return cache
}()

// newtonRecInvSqrt is cobalt_newton_step(): a step towards 1/√count.
func newtonRecInvSqrt(x, count uint32) uint32 {
	x2 := uint32(uint64(x) * uint64(x) >> 32)
	v := 3<<32 - uint64(count)*uint64(x2)
	return uint32((v >> 2) * uint64(x) >> (32 - 2 + 1))
}

// changeCount sets count, which follows drops or their end.
func (c *cobaltState) changeCount(count uint32) {
	c.count = count
	if count < uint32(len(cobaltRecInvSqrt)) {
		c.recInvSqrt = cobaltRecInvSqrt[count]
	} else {
		c.recInvSqrt = newtonRecInvSqrt(c.recInvSqrt, count)
	}
}

// control is cobalt_control(): t + interval/√count.
func (c *cobaltState) control(t, interval time.Duration) time.Duration {
	return t + time.Duration(mulDiv(uint64(interval), uint64(c.recInvSqrt), 1<<32))
}

// queueFull is cobalt_queue_full(): the queue has lost a packet for lack of room.
func (c *cobaltState) queueFull(p *cobaltParams, now time.Duration) {
	if now-c.blueTimer > p.target {
		if c.prob += bluePlus; c.prob < bluePlus {
			c.prob = ^uint32(0)
		}
		c.blueTimer = now
	}
	c.dropping, c.dropNext = true, now
	if c.count == 0 {
		c.count = 1
	}
}

// queueEmpty is cobalt_queue_empty(): the queue was to send and has nothing.
func (c *cobaltState) queueEmpty(p *cobaltParams, now time.Duration) {
	if c.prob != 0 && now-c.blueTimer > p.target {
		c.prob -= min(c.prob, blueMinus)
		c.blueTimer = now
	}
	c.dropping = false
	if c.count != 0 && now >= c.dropNext {
		c.changeCount(c.count - 1)
		c.dropNext = c.control(c.dropNext, p.interval)
	}
}

// atRest reports whether an empty queue's state is that of a new queue.
func (c *cobaltState) atRest(now time.Duration) bool {
	return c.prob == 0 && c.count == 0 && now >= c.dropNext
}

// shouldDrop is cobalt_should_drop(): whether to drop an item that leaves the queue, and why. It
// may mark the item in place of dropping it. draw is a random number.
func (c *cobaltState) shouldDrop(p *cobaltParams, now time.Duration, item *Item, draw func() uint32) (drop bool, why DropReason) {
	sojourn := now - item.Sent
	late := now - c.dropNext
	due := c.count != 0 && late >= 0
	if sojourn > p.target && sojourn > 4*p.mtuTime {
		if !c.dropping {
			c.dropping = true
			c.dropNext = c.control(now, p.interval)
		}
		if c.count == 0 {
			c.count = 1
		}
	} else {
		c.dropping = false
	}
	if due && c.dropping {
		drop, why = !item.Mark(), ByCoDel
		c.changeCount(max(c.count, c.count+1))
		c.dropNext = c.control(c.dropNext, p.interval)
		late = now - c.dropNext
	} else {
		for due { // congestion ended: one step back for each drop that was due
			c.changeCount(c.count - 1)
			c.dropNext = c.control(c.dropNext, p.interval)
			late = now - c.dropNext
			due = c.count != 0 && late >= 0
		}
	}
	if c.prob != 0 && draw() < c.prob && !drop {
		drop, why = true, ByBLUE
	}
	switch {
	case c.count == 0:
		c.dropNext = now + p.interval
	case late > 0 && !drop:
		c.dropNext = now
	}
	return drop, why
}
