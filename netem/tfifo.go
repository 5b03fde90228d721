package netem

import "time"

// A tfifo is a link with semantics TC: netem_enqueue() and netem_dequeue() of
// net/sched/sch_netem.c, Linux 6.18, on the host that sends. Link.line is the kernel's queue,
// ordered by the time to send. Its packets come in units; a unit is the packets of a burst, which
// the kernel handles as one packet (GSO), or one packet.
//
// The kernel sees a burst at once and the link packet by packet, so the link holds the packets of
// a burst until a packet of another burst comes or the caller calls Dequeue.
type tfifo struct {
	limit    int // units
	rate     uint64
	perBurst bool

	open   []Packet // the burst that is being offered
	openAt time.Duration
	units  uint64 // bursts closed so far
	queued int    // units in Link.line
	ahead  int    // units that overtook in the present call of closeBurst
}

func newTFIFO(c *Config) *tfifo {
	if c.Semantics != TC {
		return nil
	}
	return &tfifo{limit: limitOrDefault(c.Limit), rate: uint64(c.Rate), perBurst: c.losesBursts()}
}

func (t *tfifo) reset() {
	t.open = t.open[:0]
	t.units, t.queued, t.ahead = 0, 0, 0
}

// continues reports whether a packet belongs to the open burst.
func (t *tfifo) continues(now time.Duration, p *Packet) bool {
	return t.perBurst && t.openAt == now && t.open[0].Burst == p.Burst && t.open[0].Flow == p.Flow
}

// collect adds an offered packet to the open burst.
func (l *Link) collect(now time.Duration, p *Packet) {
	t := l.impairments.tfifo
	if len(t.open) > 0 && !t.continues(now, p) {
		l.closeBurst()
	}
	l.offered++
	t.open, t.openAt = append(t.open, *p), now
	l.setNextImpaired()
}

// closeBurst passes the open burst to the queue.
func (l *Link) closeBurst() {
	t := l.impairments.tfifo
	if len(t.open) == 0 {
		return
	}
	l.release(t.openAt)
	t.units++
	l.events.now, l.events.place = t.openAt, AtEnqueue
	l.enqueueUnit(t.open, superPacket{ordinal: t.units})
	t.open, t.ahead = t.open[:0], 0
	if l.impairments.slots != nil {
		l.dequeueInSlots(t.openAt)
	}
	l.release(t.openAt)
}

// A superPacket is what the kernel knows about a unit beside its bytes.
type superPacket struct {
	ordinal   uint64
	isCopy    bool // it is not duplicated again
	isSegment bool // of a burst that was cut
	marked    bool // CE
}

// segmentOrdinal begins the ordinals of the segments of a corrupted burst, which have draws of
// their own.
const segmentOrdinal = 1 << 40

// enqueueUnit is netem_enqueue().
func (l *Link) enqueueUnit(packets []Packet, u superPacket) {
	im := l.impairments
	t := im.tfifo
	duplicated := !u.isCopy && im.duplicate.happens(u.ordinal)
	lost := l.lost(t.openAt, u.ordinal)
	if !u.isCopy && !u.isSegment && l.dropList.drops(u.ordinal) {
		l.dropUnit(packets, ByDropList)
		return
	}
	if l.down(t.openAt) {
		l.dropUnit(packets, ByOutage)
		return
	}
	if lost && im.ecn && packets[0].ECN.Capable() {
		lost, u.marked = false, true
	}
	switch {
	case lost && !duplicated:
		l.dropUnit(packets, ByLoss)
		return
	case duplicated && !lost:
		for i := range packets {
			l.events.Copy(&Item{Packet: packets[i]})
		}
		c := u
		c.ordinal, c.isCopy = copyOrdinal|u.ordinal, true
		l.enqueueUnit(packets, c)
	}
	// A burst cannot be corrupted as one: the kernel cuts it into its packets, corrupts the first
	// and enqueues the others one by one.
	corrupted := im.corrupt.happens(u.ordinal)
	var rest []Packet
	if corrupted {
		packets, rest = packets[:1], packets[1:]
	}
	if t.queued+t.ahead >= t.limit {
		l.dropUnit(packets, ByLimit)
		l.dropUnit(rest, ByLimit)
		return
	}
	if im.reorder.overtakes(u.ordinal) {
		t.ahead++
		for i := range packets {
			l.fill(l.out.push(), &packets[i], u, corrupted, false)
			l.out.at(l.out.size - 1).At = t.openAt
		}
	} else {
		l.schedule(packets, u, corrupted)
	}
	for i := range rest {
		s := u
		s.ordinal, s.isSegment = u.ordinal+uint64(i+1)*segmentOrdinal, true
		l.enqueueUnit(rest[i:i+1], s)
	}
}

// schedule computes the time to send of a unit and inserts the unit into the queue. With a rate the
// unit's own bytes come last, behind the later of its delay and the last unit of the queue.
func (l *Link) schedule(packets []Packet, u superPacket, corrupted bool) {
	t, now := l.impairments.tfifo, l.impairments.tfifo.openAt
	delayed := now + l.jitter.kernelDelayOf(u.ordinal)
	at, queued, serialised := delayed, time.Duration(0), time.Duration(0)
	if t.rate != 0 {
		last, waits := time.Duration(0), l.line.size > 0
		if waits {
			last = l.line.at(l.line.size - 1).At
		}
		if t.ahead > 0 {
			last, waits = max(last, now), true
		}
		if waits {
			at = max(delayed, last)
			queued = max(0, at-max(delayed, now))
		}
		bytes := int32(0)
		for i := range packets {
			bytes += packets[i].Size
		}
		serialised = serialisation(l.impairments.overhead.size(bytes), t.rate)
		at += serialised
	}
	at = max(at, now)
	serialised = min(serialised, at-now-queued)
	for i := range packets {
		d := l.line.insert(at)
		l.fill(d, &packets[i], u, corrupted, i < len(packets)-1)
		d.Queued, d.Serialised = queued, serialised
	}
	t.queued++
}

// fill sets the fields of a Delivery but At, Queued and Serialised.
func (l *Link) fill(d *Delivery, p *Packet, u superPacket, corrupted, more bool) {
	d.Packet, d.Sent = *p, l.impairments.tfifo.openAt
	d.Queued, d.Serialised = 0, 0
	d.corrupted, d.more = corrupted, more
	if u.marked {
		if p.ECN != CE {
			l.marked++
		}
		d.ECN = CE
	}
}

func (l *Link) dropUnit(packets []Packet, reason DropReason) {
	for i := range packets {
		l.events.drop(&packets[i], reason)
	}
}

// release moves the packets that have left the queue by the instant now to Link.out.
func (l *Link) release(now time.Duration) {
	t := l.impairments.tfifo
	if l.impairments.slots != nil {
		l.releaseInSlots(now)
		return
	}
	for l.line.size > 0 && l.line.at(0).At <= now {
		d := l.line.at(0)
		*l.out.push() = *d
		if t != nil && !d.more {
			t.queued--
		}
		l.line.pop()
	}
}
