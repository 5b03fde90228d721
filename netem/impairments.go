package netem

import "time"

// A lossModel decides which packets are lost. The link asks it about each packet, in order.
type lossModel interface {
	lost(now time.Duration, i uint64) bool
	reset(seed uint64)
}

// impairments are the options of a link that most links do not have. Without them Link.impairments
// is nil, and Enqueue and Dequeue take the short way.
type impairments struct {
	loss      lossModel // nil: Link.loss decides
	outages   *outages  // nil: none
	ecn       bool
	duplicate chance
	corrupt   chance
	reorder   reorderer
	overhead  Overhead

	bursts *burstFate // nil: each packet has its own fate
	tfifo  *tfifo     // nil: semantics Router
	slots  *slotGate  // nil: none
}

// newImpairments returns nil if the configuration has no such option.
func newImpairments(c *Config) *impairments {
	im := impairments{
		loss: newLossModel(c), outages: newOutages(c), ecn: c.ECN,
		duplicate: newChance(c.Duplicate, purposeDuplicate),
		corrupt:   newChance(c.Corrupt, purposeCorrupt),
		reorder:   newReorderer(c.Reorder),
		overhead:  c.Overhead,
		tfifo:     newTFIFO(c),
		slots:     newSlotGate(c.Slot),
	}
	if c.losesBursts() && im.tfifo == nil {
		im.bursts = new(burstFate)
	}
	if im.loss == nil && im.outages == nil && !c.ECN && c.Duplicate.P == 0 && c.Corrupt.P == 0 && c.Reorder.P == 0 &&
		c.Overhead == (Overhead{}) && im.bursts == nil && im.tfifo == nil && im.slots == nil {
		return nil
	}
	return &im
}

// newLossModel returns nil if lossProcess is the model.
func newLossModel(c *Config) lossModel {
	switch {
	case c.Gilbert.enabled():
		return newGilbertLoss(c.Gilbert)
	case c.LossState.enabled():
		return newFourStateLoss(c.LossState)
	case c.LossCorrelation != 0:
		return &correlatedLoss{newChance(Chance{c.Loss, c.LossCorrelation}, purposeLoss)}
	}
	return nil
}

// A correlatedLoss is tc-netem's "loss random P CORRELATION".
type correlatedLoss struct{ chance }

func (l *correlatedLoss) lost(_ time.Duration, i uint64) bool { return l.happens(i) }

func (im *impairments) reset(seed uint64) {
	if im.loss != nil {
		im.loss.reset(seed)
	}
	if im.outages != nil {
		im.outages.reset(seed)
	}
	im.duplicate.reset(seed)
	im.corrupt.reset(seed)
	im.reorder.reset(seed)
	if im.bursts != nil {
		*im.bursts = burstFate{}
	}
	if im.tfifo != nil {
		im.tfifo.reset()
	}
	if im.slots != nil {
		im.slots.reset(seed)
	}
}

// down reports whether the link has an outage.
func (l *Link) down(now time.Duration) bool {
	return l.impairments.outages != nil && l.impairments.outages.down(now)
}

// lost asks the loss model about a packet.
func (l *Link) lost(now time.Duration, i uint64) bool {
	if l.impairments.loss != nil {
		return l.impairments.loss.lost(now, i)
	}
	return l.loss.lost(i)
}

// enqueueImpaired is Enqueue for a link with impairments.
func (l *Link) enqueueImpaired(now time.Duration, p *Packet) {
	if l.impairments.tfifo != nil {
		l.collect(now, p)
		return
	}
	if l.transmitter != nil {
		l.transmit(now)
	}
	l.offered++
	l.events.now, l.events.place = now, AtEnqueue
	l.offer(now, &Item{Packet: *p, Sent: now, ordinal: l.offered})
	l.setNextImpaired()
}

// offer passes a packet or its copy to the queue, unless it is lost. The order of the decisions is
// that of netem_enqueue() of net/sched/sch_netem.c: a packet that is both duplicated and lost
// passes once; a copy may be lost or corrupted, but not duplicated.
func (l *Link) offer(now time.Duration, item *Item) {
	im, i := l.impairments, item.ordinal
	isCopy := i&copyOrdinal != 0
	duplicated := !isCopy && im.duplicate.happens(i)
	var lost, listed bool
	switch {
	case isCopy:
		lost = l.lost(now, i)
	case im.bursts != nil:
		lost, listed = l.fateOfBurst(now, &item.Packet)
	default:
		lost, listed = l.lost(now, i), l.dropList.drops(i)
	}
	switch {
	case listed:
		l.events.Drop(item, ByDropList)
		return
	case l.down(now):
		l.events.Drop(item, ByOutage)
		return
	}
	if lost && im.ecn && item.Mark() {
		lost = false
	}
	switch {
	case lost && !duplicated:
		l.events.Drop(item, ByLoss)
		return
	case duplicated && !lost:
		c := l.events.Copy(item)
		c.ordinal = copyOrdinal | i
		l.offer(now, &c)
		l.events.now, l.events.place = now, AtEnqueue
	}
	item.corrupted = im.corrupt.happens(i)
	l.admit(now, item)
}

// burstFate is the fate of the last burst offered: consecutive packets of a flow with one number.
type burstFate struct {
	ordinal      uint64
	flow, burst  uint32
	lost, listed bool
}

// fateOfBurst decides about the burst of a packet, once. The drop list counts bursts too.
func (l *Link) fateOfBurst(now time.Duration, p *Packet) (lost, listed bool) {
	b := l.impairments.bursts
	if b.ordinal == 0 || b.flow != p.Flow || b.burst != p.Burst {
		b.ordinal++
		b.flow, b.burst = p.Flow, p.Burst
		b.lost, b.listed = l.lost(now, b.ordinal), l.dropList.drops(b.ordinal)
	}
	return b.lost, b.listed
}

// admit passes an item to the queue.
func (l *Link) admit(now time.Duration, item *Item) {
	if l.transmitter != nil {
		l.transmitter.enqueue(now, *item, &l.events)
		l.transmit(now)
		return
	}
	queued, serialised, ok := l.fifo.enqueue(now, l.impairments.overhead.size(item.Size))
	if !ok {
		l.events.Drop(item, ByLimit)
		return
	}
	if item.marked {
		l.marked++
	}
	d := l.propagateImpaired(now, now+queued+serialised, item)
	d.Packet, d.Sent, d.Queued, d.Serialised = item.Packet, item.Sent, queued, serialised
}

// propagateImpaired is propagate for a link with impairments.
func (l *Link) propagateImpaired(now, leaves time.Duration, item *Item) *Delivery {
	if l.impairments.slots != nil {
		l.releaseInSlots(now)
	}
	at := leaves
	if !l.impairments.reorder.overtakes(item.ordinal) {
		at += l.jitter.delayOf(item.ordinal)
	}
	if l.ordered {
		at = max(at, l.lastAt)
		l.lastAt = at
	}
	d := l.line.insert(at)
	d.corrupted, d.more = item.corrupted, false
	return d
}

// dequeueImpaired is Dequeue for a link with impairments: a corrupted packet has used the link, and
// the checksum at its end finds the error.
func (l *Link) dequeueImpaired(now time.Duration, dst []Delivery) []Delivery {
	if l.transmitter != nil {
		if l.cross != nil {
			l.passCrossTraffic(now)
		}
		l.transmit(now)
	}
	if l.impairments.tfifo != nil {
		l.closeBurst()
	}
	l.release(now)
	for l.out.size > 0 {
		if d := l.out.at(0); d.corrupted {
			l.events.now, l.events.place = d.At, AtArrival
			l.events.drop(&d.Packet, ByCorruption)
		} else {
			dst = append(dst, *d)
			l.delivered++
		}
		l.out.pop()
	}
	l.setNextImpaired()
	return dst
}

// setNextImpaired sets Link.next.
func (l *Link) setNextImpaired() {
	im := l.impairments
	l.next = l.line.next()
	if im.slots != nil {
		l.next = l.slotWake()
	}
	if l.out.size > 0 {
		l.next = min(l.next, l.out.at(0).At)
	}
	if im.tfifo != nil && len(im.tfifo.open) > 0 {
		l.next = min(l.next, im.tfifo.openAt)
	}
	if l.transmitter != nil {
		l.next = min(l.next, l.wake())
	}
}
