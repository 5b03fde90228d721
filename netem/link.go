package netem

import "time"

// A Link simulates one direction of a network link. It is not safe for concurrent use.
type Link struct {
	dropList    dropList
	loss        lossProcess
	fifo        fifo         // queue and transmitter of a drop-tail link
	transmitter *transmitter // of any other discipline; nil for drop-tail
	varying     varyingRate  // of fifo or transmitter; nil: the rate does not change
	jitter      jitter
	ordered     bool
	line        delayLine
	out         ring[Delivery] // at the end of the link: used with impairments
	impairments *impairments   // nil on most links
	cross       *crossSource   // nil: no cross traffic
	next        time.Duration  // what Next returns
	lastAt      time.Duration  // the latest arrival so far; kept for an ordered link
	events      Events

	offered, delivered, marked uint64
	departed                   uint64 // from the transmitter, beside cross traffic
}

// New makes a link. New panics if Config.Validate returns an error. All random draws of the link
// derive from the seed.
func New(cfg Config, seed uint64) *Link {
	l := newLink(&cfg)
	l.fifo = fifo{rate: uint64(cfg.Rate), varying: l.varying, limit: limitOrDefault(cfg.Limit)}
	if cfg.Queue.Discipline == PFIFO {
		l.fifo.limit = cfg.Queue.withDefaults().Limit + 1 // and the packet in service
	}
	if q := cfg.Queue.newQdisc(); q != nil {
		l.transmitter = &transmitter{qdisc: q, rate: uint64(cfg.Rate), varying: l.varying, overhead: cfg.Overhead}
	}
	l.Reset(seed)
	return l
}

// NewQdisc makes a link whose queue is q, which no other link may use. The link ignores cfg.Limit
// and cfg.Queue: q has its own limits. Otherwise NewQdisc is like New.
func NewQdisc(cfg Config, q Qdisc, seed uint64) *Link {
	l := newLink(&cfg)
	l.transmitter = &transmitter{qdisc: q, rate: uint64(cfg.Rate), varying: l.varying, overhead: cfg.Overhead}
	l.Reset(seed)
	return l
}

func newLink(cfg *Config) *Link {
	if err := cfg.Validate(); err != nil {
		panic(err)
	}
	return &Link{
		dropList: newDropList(cfg.Drops),
		loss:     newLossProcess(cfg),
		varying:  newVaryingRate(cfg),
		jitter:   newJitter(cfg),
		ordered:  cfg.Ordered,

		impairments: newImpairments(cfg),
		cross:       newCrossSource(cfg),
	}
}

// Reset empties the link and makes it equal to a new link with the given seed, without a new
// allocation. Packets on the link are neither delivered nor reported as dropped.
func (l *Link) Reset(seed uint64) {
	l.dropList.reset()
	l.loss.reset(seed)
	if l.varying != nil {
		l.varying.reset(seed)
	}
	l.fifo.reset()
	if l.transmitter != nil {
		l.transmitter.reset(newStream(seed, purposeQdisc).key)
	}
	l.jitter.reset(seed)
	if l.impairments != nil {
		l.impairments.reset(seed)
	}
	if l.cross != nil {
		l.cross.reset(seed)
		if l.varying != nil {
			l.varying.rewind(l.cross.warmUp)
		}
	}
	l.line.clear()
	l.out.clear()
	l.next = Never
	l.lastAt = 0
	l.events.reset()
	l.offered, l.delivered, l.marked, l.departed = 0, 0, 0, 0
}

// Enqueue offers a packet to the link at the instant now, which must not be before the instant of
// an earlier call. Events then reports whether the packet was dropped; Dequeue returns the packet
// when it has arrived.
func (l *Link) Enqueue(now time.Duration, p Packet) {
	if l.cross != nil {
		l.passCrossTraffic(now)
	}
	if l.impairments != nil {
		l.enqueueImpaired(now, &p)
		return
	}
	if l.transmitter != nil {
		l.transmit(now)
	}
	l.offered++
	ordinal := l.offered
	// The loss process must see every packet: a packet on the drop list changes the state of a
	// Gilbert–Elliott chain too.
	lost := l.loss.lost(ordinal)
	switch {
	case l.dropList.drops(ordinal):
		l.drop(now, &p, ByDropList)
	case lost:
		l.drop(now, &p, ByLoss)
	case l.transmitter != nil:
		l.transmitter.enqueue(now, Item{Packet: p, Sent: now, ordinal: ordinal}, &l.events)
		l.transmit(now)
	default:
		queued, serialised, ok := l.fifo.enqueue(now, p.Size)
		if !ok {
			l.drop(now, &p, ByLimit)
			return
		}
		d := l.propagate(now+queued+serialised, ordinal)
		d.Packet.copyFrom(&p)
		d.Sent, d.Queued, d.Serialised = now, queued, serialised
	}
}

// drop reports that an offered packet was dropped and did not enter the queue.
func (l *Link) drop(now time.Duration, p *Packet, reason DropReason) {
	l.events.now, l.events.place = now, AtEnqueue
	l.events.drop(p, reason)
}

// transmit moves the packets that leave the queue by the instant now to the delay line.
func (l *Link) transmit(now time.Duration) {
	l.depart(now)
	l.next = min(l.line.next(), l.wake())
}

// wake is when the transmitter or the queue needs a call.
func (l *Link) wake() time.Duration {
	if l.cross != nil {
		return l.wakeBesideCrossTraffic()
	}
	return l.transmitter.next()
}

func (l *Link) depart(now time.Duration) {
	t := l.transmitter
	for t.dequeue(now, &l.events) {
		if l.cross != nil {
			if t.item.Flow&crossFlow != 0 {
				continue
			}
			l.departed++
		}
		if t.item.marked {
			l.marked++
		}
		var d *Delivery
		if l.impairments == nil {
			d = l.propagate(t.leaves, t.item.ordinal)
		} else {
			d = l.propagateImpaired(t.began, t.leaves, &t.item)
		}
		d.Packet, d.Sent = t.item.Packet, t.item.Sent
		d.Queued, d.Serialised = t.began-t.item.Sent, t.leaves-t.began
	}
}

// propagate inserts into the delay line a packet whose last bit leaves at the given instant. The
// caller sets all fields of the Delivery but At.
func (l *Link) propagate(leaves time.Duration, ordinal uint64) *Delivery {
	at := leaves + l.jitter.delayOf(ordinal)
	if l.ordered {
		at = max(at, l.lastAt)
		l.lastAt = at
	}
	l.next = min(l.next, at)
	return l.line.insert(at)
}

// Next returns the instant at which the caller must call Dequeue next: a packet arrives, or the
// queueing discipline decides about a packet. It returns Never if the link is empty.
func (l *Link) Next() time.Duration { return l.next }

// Dequeue appends to dst the packets that have arrived by the instant now, in order of arrival.
// Packets that arrive at the same instant keep the order in which they left the queue.
func (l *Link) Dequeue(now time.Duration, dst []Delivery) []Delivery {
	if l.impairments != nil {
		return l.dequeueImpaired(now, dst)
	}
	if l.transmitter != nil {
		if l.cross != nil {
			l.passCrossTraffic(now)
		}
		l.transmit(now)
	}
	for l.line.size > 0 && l.line.at(0).At <= now {
		dst = append(dst, *l.line.at(0))
		l.line.pop()
		l.delivered++
	}
	l.next = l.line.next()
	if l.transmitter != nil {
		l.next = min(l.next, l.wake())
	}
	return dst
}

// Events returns the drops and copies since the last call of Events, in order of time. The caller
// calls it after each Enqueue and each Dequeue. The slice is valid until the next Enqueue or
// Dequeue.
func (l *Link) Events() []Event { return l.events.take() }

// Stats returns the packet counters since the last Reset.
func (l *Link) Stats() Stats {
	s := Stats{
		Offered: l.offered, Copied: l.events.copies, Dropped: l.events.drops,
		Delivered: l.delivered, InFlight: uint64(l.line.size + l.out.size), Marked: l.marked,
	}
	if l.impairments != nil && l.impairments.tfifo != nil {
		s.InFlight += uint64(len(l.impairments.tfifo.open))
	}
	switch {
	case l.transmitter == nil:
	case l.cross == nil:
		s.InFlight += uint64(l.transmitter.qdisc.Len())
	default:
		s.InFlight += l.waiting()
	}
	if l.cross != nil {
		s.CrossOffered, s.CrossDropped = l.cross.offered, l.cross.dropped+l.events.crossDrops
	}
	return s
}
