package tcp

import "time"

// packetState are the marks of the scoreboard on one sent packet.
type packetState uint8

const (
	packetSACKed       packetState = 1 << iota // the peer has it out of order
	packetLost                                 // deemed lost
	packetRetransmit                           // its retransmission is in flight
	packetEverResent                           // it was retransmitted at least once
	packetFIN                                  // its last offset is the FIN
	packetAppLimited                           // the application was the limit when it was sent
	packetResentBefore = packetRetransmit | packetEverResent
)

// packet is one sent and not yet acknowledged segment. Windows, marks and losses
// count packets, whatever their length.
type packet struct {
	seq   int64         // its first stream offset
	sent  time.Duration // its latest transmission
	order int64         // ordinal of that among all transmissions of the endpoint

	// The delivery rate at that transmission: see deliveryRate.
	firstSent, deliveredAt time.Duration
	delivered, deliveredCE uint32

	length int32 // stream offsets that it takes, the FIN counted
	tag    Tag   // the event of that transmission
	state  packetState
}

// end returns the stream offset after the packet.
func (p *packet) end() int64 { return p.seq + int64(p.length) }

// retransmitQueue holds the packets sent and not cumulatively acknowledged, in
// stream order, in a ring that is kept from run to run.
type retransmitQueue struct {
	ring []packet // length a power of two
	head int
	n    int
}

func (q *retransmitQueue) at(i int) *packet { return &q.ring[(q.head+i)&(len(q.ring)-1)] }

func (q *retransmitQueue) push() *packet {
	if q.n == len(q.ring) {
		q.grow()
	}
	q.n++
	return q.at(q.n - 1)
}

func (q *retransmitQueue) grow() {
	ring := make([]packet, max(16, 2*len(q.ring)))
	for i := range q.n {
		ring[i] = *q.at(i)
	}
	q.ring, q.head = ring, 0
}

func (q *retransmitQueue) pop() {
	q.head = (q.head + 1) & (len(q.ring) - 1)
	q.n--
}

// remove takes packet i out of the middle.
func (q *retransmitQueue) remove(i int) {
	for ; i+1 < q.n; i++ {
		*q.at(i) = *q.at(i + 1)
	}
	q.n--
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
		ring := make([]writeMark, max(16, 2*len(l.ring)))
		for i := range l.n {
			ring[i] = *l.at(i)
		}
		l.ring, l.head = ring, 0
	}
	l.n++
	*l.at(l.n - 1) = writeMark{end, tag}
}

// take returns the tag of the write that supplied the last byte before end, and
// forgets the writes that end there or before.
func (l *writeLog) take(end int64) Tag {
	for l.at(0).end < end {
		l.drop()
	}
	first := l.at(0)
	if first.end == end {
		l.drop()
	}
	return first.tag
}

func (l *writeLog) drop() {
	l.head = (l.head + 1) & (len(l.ring) - 1)
	l.n--
}
