package netem

import "time"

// codelParams are the parameters of CoDel, as struct codel_params of include/net/codel.h.
type codelParams struct {
	target, interval time.Duration
	ceThreshold      time.Duration // 0: none
	ecn              bool
}

func newCodelParams(q Queue) codelParams {
	return codelParams{q.Target, q.Interval, q.CEThreshold, q.ECN == On}
}

// codelMTU is a backlog in bytes with which CoDel never drops: one full packet.
const codelMTU = 1500

// codelQueue is the queue that CoDel controls.
type codelQueue interface {
	popHead() (Item, bool) // removes the first item
	backlog() int64        // bytes in the whole discipline
}

// codelState is the state of CoDel for one queue, as struct codel_vars of include/net/codel.h. The
// kernel's clock counts 1024 ns, this one 1 ns.
type codelState struct {
	count, lastCount uint32 // drops since CoDel began to drop; count when it began
	// recInvSqrt is 1/√count in units of 2⁻¹⁶, as the kernel approximates it: one step of Newton's
	// method at each new count. From count 8 on it is within 1 %.
	recInvSqrt uint16
	dropping   bool
	above      bool          // the delay has been above the target since firstAbove − interval
	firstAbove time.Duration // if above: when CoDel may begin to drop
	dropNext   time.Duration // when to drop next, or when it dropped last
	sojourn    time.Duration // of the last packet that left
}

func (c *codelState) reset() { *c = codelState{dropNext: longAgo} }

// newtonStep is codel_Newton_step() of include/net/codel_impl.h, with the width of its integers.
func (c *codelState) newtonStep() {
	x := uint32(c.recInvSqrt) << 16
	x2 := uint32(uint64(x) * uint64(x) >> 32)
	v := 3<<32 - uint64(c.count)*uint64(x2)
	v = (v >> 2) * uint64(x) >> (32 - 2 + 1)
	c.recInvSqrt = uint16(v >> 16)
}

// controlLaw is codel_control_law(): t + interval/√count (RFC 8289 §5.1).
func (c *codelState) controlLaw(t, interval time.Duration) time.Duration {
	return t + time.Duration(uint64(interval)*uint64(c.recInvSqrt)>>16)
}

// shouldDrop is codel_should_drop(): whether the delay has been above the target for an interval.
func (c *codelState) shouldDrop(now time.Duration, p *codelParams, q codelQueue, item *Item, ok bool) bool {
	if !ok {
		c.above = false
		return false
	}
	c.sojourn = now - item.Sent
	switch {
	case c.sojourn < p.target || q.backlog() <= codelMTU:
		c.above = false
	case !c.above:
		c.above, c.firstAbove = true, now+p.interval
	case now > c.firstAbove:
		return true
	}
	return false
}

// dequeue is codel_dequeue(): the next item of the queue that CoDel does not drop.
func (c *codelState) dequeue(now time.Duration, p *codelParams, q codelQueue, events *Events) (Item, bool) {
	item, ok := q.popHead()
	if !ok {
		c.dropping = false
		return item, false
	}
	drop := c.shouldDrop(now, p, q, &item, true)
	switch {
	case c.dropping && !drop:
		c.dropping = false
	case c.dropping:
		for c.dropping && now >= c.dropNext {
			c.count++
			c.newtonStep()
			if p.ecn && item.Mark() {
				c.dropNext = c.controlLaw(c.dropNext, p.interval)
				break
			}
			events.Drop(&item, ByCoDel)
			item, ok = q.popHead()
			if c.dropping = c.shouldDrop(now, p, q, &item, ok); c.dropping {
				c.dropNext = c.controlLaw(c.dropNext, p.interval)
			}
		}
	case drop:
		if !p.ecn || !item.Mark() {
			events.Drop(&item, ByCoDel)
			item, ok = q.popHead()
			c.shouldDrop(now, p, q, &item, ok)
		}
		c.dropping = true
		// CoDel dropped a short time ago: it begins at the rate that controlled the queue then.
		if delta := c.count - c.lastCount; delta > 1 && now-c.dropNext < 16*p.interval {
			c.count = delta
			c.newtonStep()
		} else {
			c.count, c.recInvSqrt = 1, ^uint16(0)
		}
		c.lastCount = c.count
		c.dropNext = c.controlLaw(now, p.interval)
	}
	if ok && p.ceThreshold != 0 && c.sojourn > p.ceThreshold {
		item.Mark()
	}
	return item, ok
}
