package tcp

import "time"

// packetState are the marks of the scoreboard on one sent packet.
type packetState uint8

const (
	packetSACKed          packetState = 1 << iota // the peer has it out of order
	packetLost                                    // deemed lost
	packetRetransInFlight                         // its retransmission is in flight
	packetEverRetrans                             // it was retransmitted at least once
	packetFIN                                     // its last offset is the FIN
	packetAppLimited                              // the application was the limit when it was sent
	packetListed                                  // it is in the list by transmission
	packetRetransmitted   = packetRetransInFlight | packetEverRetrans
)

// packet is one sent and not yet acknowledged segment. Windows, marks and losses
// count packets, whatever their length. It fills one cache line.
type packet struct {
	seq  int64         // its first stream offset
	sent time.Duration // its latest transmission

	// The delivery rate at that transmission: see deliveryRate.
	firstSent, deliveredAt time.Duration
	delivered, deliveredCE uint32

	length     int32  // stream offsets that it takes, the FIN counted
	tag        Tag    // the event of its latest transmission
	order      uint32 // ordinal of that among all transmissions of the endpoint; wraps
	prev, next slot   // neighbours in the list by transmission
	state      packetState
}

// end returns the stream offset after the packet.
func (p *packet) end() int64 { return p.seq + int64(p.length) }

// sentBefore reports whether the packet's latest transmission came before that of the
// ordinal.
func (p *packet) sentBefore(order uint32) bool { return int32(p.order-order) < 0 }

// mayBeLost reports whether the packet, or its retransmission, may yet be found lost: it
// is neither SACKed, nor lost and not sent again.
func (p *packet) mayBeLost() bool {
	return p.state&packetSACKed == 0 && p.state&(packetLost|packetRetransInFlight) != packetLost
}

// slot is a place in the ring of a retransmitQueue, counted from 1; 0: none.
type slot int32

// retransmitQueue holds the packets sent and not cumulatively acknowledged, in stream
// order, in a ring that is kept from connection to connection.
//
// While any packet is marked or has been sent again, those that may yet be found lost by
// time are also in a list in the order of their latest transmissions (kernel
// tsorted_sent_queue). Without marks that order is the stream's.
type retransmitQueue struct {
	ring        []packet // length a power of two
	head        int
	n           int
	markedTo    int64 // packets from this offset on were sent after the last mark
	first, last slot  // of the list by transmission
	listed      bool  // there is a list
}

func (q *retransmitQueue) at(i int) *packet { return &q.ring[(q.head+i)&(len(q.ring)-1)] }

// push appends a packet.
func (q *retransmitQueue) push() *packet {
	if q.n == len(q.ring) {
		q.grow()
	}
	q.n++
	return q.at(q.n - 1)
}

const firstRing = 4 // packets: a short exchange touches 256 bytes

func (q *retransmitQueue) grow() {
	ring := make([]packet, max(firstRing, 2*len(q.ring)))
	mask := len(q.ring) - 1
	moved := func(s slot) slot {
		if s == 0 {
			return 0
		}
		return slot((int(s)-1-q.head)&mask) + 1
	}
	for i := range q.n {
		p := &ring[i]
		*p = *q.at(i)
		p.prev, p.next = moved(p.prev), moved(p.next)
	}
	q.first, q.last = moved(q.first), moved(q.last)
	q.ring, q.head = ring, 0
}

// pop takes the first packet out, which is not in the list.
func (q *retransmitQueue) pop() {
	q.head = (q.head + 1) & (len(q.ring) - 1)
	q.n--
}

// remove takes packet i out of the middle and closes the gap from the nearer end. Pointers
// to packets are invalid then; the indices of the packets before i stay.
func (q *retransmitQueue) remove(i int) {
	q.unlist(q.at(i))
	if i < q.n/2 {
		for ; i > 0; i-- {
			q.move(i-1, i)
		}
		q.head = (q.head + 1) & (len(q.ring) - 1)
	} else {
		for ; i+1 < q.n; i++ {
			q.move(i+1, i)
		}
	}
	q.n--
}

// move copies a packet to another place and links it there.
func (q *retransmitQueue) move(from, to int) {
	p := q.at(to)
	*p = *q.at(from)
	if p.state&packetListed != 0 {
		q.link(p.prev, q.slotAt(to))
		q.link(q.slotAt(to), p.next)
	}
}

// find returns the index of the first packet that ends after the offset, q.n if
// none does.
func (q *retransmitQueue) find(offset int64) int {
	lo, hi := 0, q.n
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if q.at(mid).end() > offset {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

func (q *retransmitQueue) slotAt(i int) slot { return slot((q.head+i)&(len(q.ring)-1)) + 1 }

func (q *retransmitQueue) in(s slot) *packet { return &q.ring[s-1] }

// link makes b follow a in the list; either may be none, an end of the list.
func (q *retransmitQueue) link(a, b slot) {
	if a != 0 {
		q.in(a).next = b
	} else {
		q.first = b
	}
	if b != 0 {
		q.in(b).prev = a
	} else {
		q.last = a
	}
}

// unlist takes a packet out of the list, if it is there.
func (q *retransmitQueue) unlist(p *packet) {
	if p.state&packetListed == 0 {
		return
	}
	p.state &^= packetListed
	q.link(p.prev, p.next)
}

// list notes a mark while next is the offset to send next, and makes the list unless there
// is one. The list stays until all packets before next have been acknowledged: it is made
// once in a round trip at most.
func (q *retransmitQueue) list(next int64) {
	q.markedTo = next
	if !q.listed {
		q.makeList()
	}
}

// makeList lists all packets, none of which is marked.
func (q *retransmitQueue) makeList() {
	q.listed = true
	for i := range q.n {
		p := q.at(i)
		p.prev, p.next = q.slotAt(i-1), q.slotAt(i+1)
		p.state |= packetListed
	}
	if q.n > 0 {
		q.first, q.last = q.slotAt(0), q.slotAt(q.n-1)
		q.in(q.first).prev, q.in(q.last).next = 0, 0
	}
}

// dropList forgets the list: no packet is marked any more.
func (q *retransmitQueue) dropList() {
	q.listed = false
	q.first, q.last = 0, 0
	for i := range q.n {
		q.at(i).state &^= packetListed
	}
}

// listLast puts packet i at the end of the list: it has just been sent.
func (q *retransmitQueue) listLast(i int) {
	p := q.at(i)
	q.unlist(p)
	q.insert(i, q.last)
}

// insert puts packet i, which is not in the list, after a.
func (q *retransmitQueue) insert(i int, a slot) {
	p, s, b := q.at(i), q.slotAt(i), q.first
	if a != 0 {
		b = q.in(a).next
	}
	p.state |= packetListed
	q.link(a, s)
	q.link(s, b)
}

// relist puts every packet into the list that belongs there and is not: marks have been
// taken back.
func (q *retransmitQueue) relist() {
	if !q.listed {
		return
	}
	a := slot(0) // the search goes on from the last packet put in
	for i := range q.n {
		p := q.at(i)
		if p.state&packetListed != 0 || !p.mayBeLost() {
			continue
		}
		for a != 0 && !q.in(a).sentBefore(p.order) {
			a = q.in(a).prev
		}
		for b := q.after(a); b != 0 && q.in(b).sentBefore(p.order); b = q.after(a) {
			a = b
		}
		q.insert(i, a)
		a = q.slotAt(i)
	}
}

// after returns what follows a in the list: its first packet if a is none.
func (q *retransmitQueue) after(a slot) slot {
	if a == 0 {
		return q.first
	}
	return q.in(a).next
}

// writeMark says that the stream up to end was there since the event tag.
type writeMark struct {
	end int64
	tag Tag
}

// writeLog remembers which write supplied the data not yet sent. Write boundaries
// matter only for this: as in Linux a following write fills the last segment while
// it waits, so unsent data has no boundaries.
type writeLog struct {
	ring []writeMark // length a power of two
	head int
	n    int
}

func (l *writeLog) at(i int) *writeMark { return &l.ring[(l.head+i)&(len(l.ring)-1)] }

func (l *writeLog) add(end int64, tag Tag) {
	if l.n > 0 {
		if last := l.at(l.n - 1); last.tag == tag {
			last.end = end
			return
		}
	}
	if l.n == len(l.ring) {
		ring := make([]writeMark, max(4, 2*len(l.ring)))
		for i := range l.n {
			ring[i] = *l.at(i)
		}
		l.ring, l.head = ring, 0
	}
	l.n++
	*l.at(l.n - 1) = writeMark{end, tag}
}

// take returns the tag of the write that supplied the last byte before end, and
// forgets what came before.
func (l *writeLog) take(end int64) Tag {
	for l.n > 1 && l.at(0).end < end {
		l.head = (l.head + 1) & (len(l.ring) - 1)
		l.n--
	}
	return l.at(0).tag
}
