package netem

import "time"

// A Link is one direction of a link at work. It is not safe for concurrent use.
type Link struct {
	drops   dropList
	loss    lossProcess
	fifo    fifo         // the queue and its transmitter, where the discipline is drop-tail
	sender  *transmitter // of any other discipline; else nil
	jitter  jitter
	ordered bool
	line    delayLine
	lastAt  time.Duration // the latest arrival so far, for an ordered link
	events  Events

	offered, delivered, marked uint64
}

// New makes a link whose queue is drop-tail. The configuration must be valid (see Config.Validate):
// New panics otherwise. The seed decides all that is random about the link.
func New(cfg Config, seed uint64) *Link {
	l := newLink(&cfg)
	l.fifo = fifo{rate: uint64(cfg.Rate), limit: limitOr(cfg.Limit)}
	l.Reset(seed)
	return l
}

// NewQdisc makes a link whose queue is q, which no other link may use. The link ignores cfg.Limit:
// q has its own limits. Otherwise NewQdisc is like New.
func NewQdisc(cfg Config, q Qdisc, seed uint64) *Link {
	l := newLink(&cfg)
	l.sender = &transmitter{qdisc: q, rate: uint64(cfg.Rate)}
	l.Reset(seed)
	return l
}

func newLink(cfg *Config) *Link {
	if err := cfg.Validate(); err != nil {
		panic(err)
	}
	return &Link{
		drops:   newDropList(cfg.Drops),
		loss:    newLossProcess(cfg),
		jitter:  newJitter(cfg),
		ordered: cfg.Ordered,
	}
}

// Reset empties the link and starts it again with another seed. It keeps its memory. Packets that are
// on the link are forgotten: they are neither delivered nor dropped.
func (l *Link) Reset(seed uint64) {
	l.drops.reset()
	l.loss.reset(newStream(seed, purposeLoss))
	l.fifo.reset()
	if l.sender != nil {
		l.sender.reset(newStream(seed, purposeQdisc).key)
	}
	l.jitter.draws = newStream(seed, purposeJitter)
	l.line.clear()
	l.lastAt = 0
	l.events.reset()
	l.offered, l.delivered, l.marked = 0, 0, 0
}

// Enqueue offers a packet to the link at the instant now, which must not be before that of an earlier
// call. Whether it arrives is told later, by Dequeue or Events.
func (l *Link) Enqueue(now time.Duration, p Packet) {
	if l.sender != nil {
		l.transmit(now)
	}
	l.offered++
	ordinal := l.offered
	// The loss process sees every packet, so that a drop list does not change what else is lost.
	lost := l.loss.lost(ordinal)
	switch {
	case l.drops.holds(ordinal):
		l.drop(now, &p, ByDropList)
	case lost:
		l.drop(now, &p, ByLoss)
	case l.sender != nil:
		l.sender.enqueue(now, Item{Packet: p, Sent: now, ordinal: ordinal}, &l.events)
		l.transmit(now)
	default:
		queued, serialised, ok := l.fifo.admit(now, p.Size)
		if !ok {
			l.drop(now, &p, ByLimit)
			return
		}
		d := l.propagate(now+queued+serialised, ordinal)
		d.Packet, d.Sent, d.Queued, d.Serialised = p, now, queued, serialised
	}
}

// drop drops a packet that has been offered and is not in the queue.
func (l *Link) drop(now time.Duration, p *Packet, reason DropReason) {
	l.events.now, l.events.place = now, AtEnqueue
	l.events.drop(p, reason)
}

// transmit puts on the delay line all packets that the transmitter takes by the instant now.
func (l *Link) transmit(now time.Duration) {
	for {
		item, at, ok := l.sender.ask(now, &l.events)
		if !ok {
			return
		}
		if item.marked {
			l.marked++
		}
		d := l.propagate(l.sender.freeAt, item.ordinal)
		d.Packet, d.Sent, d.Queued, d.Serialised = item.Packet, item.Sent, at-item.Sent, l.sender.freeAt-at
	}
}

// propagate makes a place on the delay line for a packet whose last bit leaves at an instant. The
// caller fills in all but the arrival.
func (l *Link) propagate(leaves time.Duration, ordinal uint64) *Delivery {
	at := leaves + l.jitter.of(ordinal)
	if l.ordered {
		at = max(at, l.lastAt)
		l.lastAt = at
	}
	return l.line.insert(at)
}

// Next is the instant at which Dequeue is to be called next: a packet arrives, or the queueing
// discipline decides about one. Never if there is none to wait for.
func (l *Link) Next() time.Duration {
	next := l.line.next()
	if l.sender != nil {
		next = min(next, l.sender.next())
	}
	return next
}

// Dequeue appends to dst the packets that have arrived by the instant now, in the order in which they
// arrive; packets that arrive at the same instant keep the order in which they left the queue. There
// may be none.
func (l *Link) Dequeue(now time.Duration, dst []Delivery) []Delivery {
	if l.sender != nil {
		l.transmit(now)
	}
	for l.line.size > 0 && l.line.at(0).At <= now {
		dst = append(dst, *l.line.at(0))
		l.line.pop()
		l.delivered++
	}
	return dst
}

// Events returns the drops and copies since its last call, in order of time. The caller asks after each
// Enqueue and each Dequeue. The slice is valid until the next of these calls.
func (l *Link) Events() []Event { return l.events.take() }

// Stats counts the packets since the last Reset.
func (l *Link) Stats() Stats {
	s := Stats{
		Offered: l.offered, Copied: l.events.copies, Dropped: l.events.drops,
		Delivered: l.delivered, InFlight: uint64(l.line.size), Marked: l.marked,
	}
	if l.sender != nil {
		s.InFlight += uint64(l.sender.qdisc.Len())
	}
	return s
}
