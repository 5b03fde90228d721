package tcp

import "time"

// packetState are the marks on one sent packet (kernel TCPCB_ flags).
type packetState uint8

const (
	packetSACKed          packetState = 1 << iota // SACKed: the peer has it out of order
	packetLost                                    // found lost
	packetRetransInFlight                         // a retransmission of it is in flight
	packetEverRetrans                             // sent again at least once
	packetFIN                                     // its last offset is the FIN
	packetAppLimited                              // the application was the limit when it was sent
	packetListed                                  // it is in the list by transmission
	packetRetransmitted   = packetRetransInFlight | packetEverRetrans
)

// packet is a segment that has been sent and not yet acknowledged (kernel sk_buff of the
// retransmission queue). Windows, marks and losses count packets of any length. A packet fills one
// cache line of 64 bytes.
type packet struct {
	seq  int64         // first stream offset
	sent time.Duration // instant of the latest transmission

	// Copies of deliveryRate and scoreboard.lostTotal at that transmission, the last two modulo
	// 2¹⁶: no flight has more packets.
	firstSent, deliveredAt time.Duration
	delivered              uint32
	deliveredCE, lost      uint16

	length     int32  // in stream offsets, the FIN counted
	tag        Tag    // event of the latest transmission
	order      uint32 // number of that transmission among all of the endpoint; wraps
	prev, next slot   // neighbours in the list by transmission
	state      packetState
	inFlight   uint16 // packets in flight at that transmission, itself included; at most 65535
}

// end returns the stream offset after the packet.
func (p *packet) end() int64 { return p.seq + int64(p.length) }

// sentBefore reports whether the packet's latest transmission has a lower number than order.
func (p *packet) sentBefore(order uint32) bool { return int32(p.order-order) < 0 }

// mayBeLost reports whether RACK may still find the packet or its retransmission lost: the packet
// is not SACKed, and if it is lost, it has been sent again.
func (p *packet) mayBeLost() bool {
	return p.state&packetSACKed == 0 && p.state&(packetLost|packetRetransInFlight) != packetLost
}

// slot is an index into the ring of a retransmitQueue, plus 1; 0: none.
type slot int32

// retransmitQueue holds the packets that are not acknowledged cumulatively, in stream order, in a
// ring whose memory is kept from connection to connection (kernel tcp_rtx_queue).
//
// While packets are marked or sent again, the packets that mayBeLost are also in a list in the
// order of their latest transmissions (kernel tsorted_sent_queue). Without marks that order is
// the stream's, and there is no list.
type retransmitQueue struct {
	ring        []packet // length a power of two
	head        int
	n           int
	markedTo    int64 // sndNxt when the last mark was set
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

// pop removes the first packet, which must not be in the list.
func (q *retransmitQueue) pop() {
	q.head = (q.head + 1) & (len(q.ring) - 1)
	q.n--
}

// remove removes packet i and closes the gap from the nearer end of the queue. Pointers to packets
// become invalid; packets before i keep their indices.
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

// move copies a packet to another index and links it there.
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

// link makes b follow a in the list. If a is 0, b is the first; if b is 0, a is the last.
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

// unlist removes a packet from the list, if it is there.
func (q *retransmitQueue) unlist(p *packet) {
	if p.state&packetListed == 0 {
		return
	}
	p.state &^= packetListed
	q.link(p.prev, p.next)
}

// list makes the list unless there is one. It must be called before a packet is marked. The list
// stays until next, which is sndNxt, has been acknowledged: it is made at most once in a round
// trip.
func (q *retransmitQueue) list(next int64) {
	q.markedTo = next
	if !q.listed {
		q.makeList()
	}
}

// makeList makes the list of all packets; none of them is marked.
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

// dropList drops the list; no packet is marked any more.
func (q *retransmitQueue) dropList() {
	q.listed = false
	q.first, q.last = 0, 0
	for i := range q.n {
		q.at(i).state &^= packetListed
	}
}

// listLast moves packet i, which is being sent, to the end of the list.
func (q *retransmitQueue) listLast(i int) {
	p := q.at(i)
	q.unlist(p)
	q.insert(i, q.last)
}

// insert inserts packet i after a, or first if a is 0. It must not be in the list.
func (q *retransmitQueue) insert(i int, a slot) {
	p, s, b := q.at(i), q.slotAt(i), q.first
	if a != 0 {
		b = q.in(a).next
	}
	p.state |= packetListed
	q.link(a, s)
	q.link(s, b)
}

// relist inserts the packets that are missing from the list since marks have been cleared.
func (q *retransmitQueue) relist() {
	if !q.listed {
		return
	}
	a := slot(0) // the last packet inserted: the search goes on from it
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

// after returns the slot that follows a in the list, or the first one if a is 0.
func (q *retransmitQueue) after(a slot) slot {
	if a == 0 {
		return q.first
	}
	return q.in(a).next
}
