package netem

import (
	"math"
	"time"
)

// rfcCoDel is CoDel as in the pseudocode of RFC 8289 §5, with a square root and a test for one
// packet left in place of one packet's bytes.
type rfcCoDel struct {
	target, interval time.Duration
	fifo             *DropTail

	dropping         bool
	count, lastCount int
	dropNext         time.Duration
	firstAbove       time.Duration // 0: the sojourn time is below the target
}

func newRFCCoDel(limit int) *rfcCoDel {
	return &rfcCoDel{target: 5 * time.Millisecond, interval: 100 * time.Millisecond,
		fifo: NewDropTail(limit)}
}

func (c *rfcCoDel) Enqueue(now time.Duration, item Item, events *Events) {
	c.fifo.Enqueue(now, item, events)
}

func (c *rfcCoDel) Next() time.Duration { return c.fifo.Next() }
func (c *rfcCoDel) Len() int            { return c.fifo.Len() }

func (c *rfcCoDel) Reset(uint64) {
	fifo := c.fifo
	fifo.Reset(0)
	*c = rfcCoDel{target: c.target, interval: c.interval, fifo: fifo}
}

// doDequeue is dodequeue() of RFC 8289 §5.6: the next item, and whether it may be dropped.
func (c *rfcCoDel) doDequeue(now time.Duration, events *Events) (item Item, okToDrop, ok bool) {
	item, ok = c.fifo.Dequeue(now, events)
	switch {
	case !ok, now-item.Sent < c.target, c.fifo.Len() == 0:
		c.firstAbove = 0
	case c.firstAbove == 0:
		c.firstAbove = now + c.interval
	case now >= c.firstAbove:
		okToDrop = true
	}
	return item, okToDrop, ok
}

// markOrDrop marks the item if it is ECN-capable, else drops it and returns true.
func (c *rfcCoDel) markOrDrop(item *Item, events *Events) bool {
	if item.Mark() {
		return false
	}
	events.Drop(item, ByAQM)
	return true
}

func (c *rfcCoDel) controlLaw(t time.Duration) time.Duration {
	return t + time.Duration(float64(c.interval)/math.Sqrt(float64(c.count)))
}

// Dequeue is deque() of RFC 8289 §5.5.
func (c *rfcCoDel) Dequeue(now time.Duration, events *Events) (Item, bool) {
	item, okToDrop, ok := c.doDequeue(now, events)
	if !ok {
		c.dropping = false
		return item, false
	}
	switch {
	case c.dropping && !okToDrop:
		c.dropping = false
	case c.dropping:
		for now >= c.dropNext && c.dropping {
			c.count++
			if !c.markOrDrop(&item, events) {
				c.dropNext = c.controlLaw(c.dropNext)
				break
			}
			if item, okToDrop, ok = c.doDequeue(now, events); !okToDrop {
				c.dropping = false
			} else {
				c.dropNext = c.controlLaw(c.dropNext)
			}
		}
	case okToDrop:
		if c.markOrDrop(&item, events) {
			item, _, ok = c.doDequeue(now, events)
		}
		c.dropping = true
		delta := c.count - c.lastCount
		c.count = 1
		if delta > 1 && now-c.dropNext < 16*c.interval {
			c.count = delta
		}
		c.dropNext = c.controlLaw(now)
		c.lastCount = c.count
	}
	return item, ok
}

// duplicating is a queueing discipline that puts two copies of every packet into another one.
type duplicating struct{ Qdisc }

func (d duplicating) Enqueue(now time.Duration, item Item, events *Events) {
	d.Qdisc.Enqueue(now, events.Copy(&item), events)
	d.Qdisc.Enqueue(now, item, events)
}

// pacing is a queueing discipline that shapes: at least gap lies between two packets.
type pacing struct {
	*DropTail
	gap, next time.Duration
}

func (p *pacing) Next() time.Duration { return max(p.next, p.DropTail.Next()) }

func (p *pacing) Dequeue(now time.Duration, events *Events) (Item, bool) {
	if now < p.next {
		return Item{}, false
	}
	item, ok := p.DropTail.Dequeue(now, events)
	if ok {
		p.next = now + p.gap
	}
	return item, ok
}

func (p *pacing) Reset(seed uint64) {
	p.DropTail.Reset(seed)
	p.next = 0
}
