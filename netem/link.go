package netem

import "time"

// A Link is one direction of a link at work. It is not safe for concurrent use.
type Link struct {
	drops   dropList
	loss    lossProcess
	queue   queue
	jitter  jitter
	ordered bool
	line    delayLine
	lastAt  time.Duration // the latest arrival so far, for an ordered link
	stats   Stats
}

// New makes a link. The configuration must be valid (see Config.Validate): New panics otherwise.
// The seed decides all that is random about the link.
func New(cfg Config, seed uint64) *Link {
	if err := cfg.Validate(); err != nil {
		panic(err)
	}
	l := &Link{
		drops:   newDropList(cfg.Drops),
		loss:    newLossProcess(&cfg),
		queue:   newQueue(&cfg),
		jitter:  newJitter(&cfg),
		ordered: cfg.Ordered,
	}
	l.Reset(seed)
	return l
}

// Reset empties the link and starts it again with another seed. It keeps its memory.
func (l *Link) Reset(seed uint64) {
	l.drops.reset()
	l.loss.reset(newStream(seed, purposeLoss))
	l.queue.reset()
	l.jitter.draws = newStream(seed, purposeJitter)
	l.line.clear()
	l.lastAt = 0
	l.stats = Stats{}
}

// Enqueue offers a packet to the link at the instant now, which must not be before that of an earlier
// call. It reports whether the packet will arrive: false means that it was in the drop list, was lost,
// or found the queue full.
func (l *Link) Enqueue(now time.Duration, p Packet) bool {
	l.stats.Offered++
	ordinal := l.stats.Offered
	// The loss process sees every packet, so that a drop list does not change what else is lost.
	lost := l.loss.lost(ordinal)
	if l.drops.holds(ordinal) {
		l.stats.Dropped++
		return false
	}
	if lost {
		l.stats.Lost++
		return false
	}
	queued, serialised, ok := l.queue.admit(now, p.Size)
	if !ok {
		l.stats.Overflowed++
		return false
	}
	at := now + queued + serialised + l.jitter.of(ordinal)
	if l.ordered {
		at = max(at, l.lastAt)
		l.lastAt = at
	}
	l.line.insert(Delivery{Packet: p, Sent: now, At: at, Queued: queued, Serialised: serialised})
	return true
}

// Next is the instant at which the next packet arrives, or Never.
func (l *Link) Next() time.Duration { return l.line.next() }

// Dequeue appends to dst the packets that have arrived by the instant now, in the order in which they
// arrive; packets that arrive at the same instant keep the order in which they were offered.
func (l *Link) Dequeue(now time.Duration, dst []Delivery) []Delivery {
	for l.line.size > 0 && l.line.at(0).At <= now {
		dst = append(dst, *l.line.at(0))
		l.line.pop()
		l.stats.Delivered++
	}
	return dst
}

// Stats counts the packets since the last Reset.
func (l *Link) Stats() Stats {
	s := l.stats
	s.InFlight = uint64(l.line.size)
	return s
}
