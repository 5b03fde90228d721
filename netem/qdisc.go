package netem

import "time"

// A Qdisc is a queueing discipline: it holds the packets that wait for a link's transmitter and decides
// which of them leaves next, which are dropped and which are marked CE.
//
// The link calls it in the order in which time passes, and only in these situations:
//
//   - a packet comes in: Enqueue;
//   - the last bit of a packet has left, so the transmitter is free: Dequeue. If that returns false
//     the transmitter is idle;
//   - the transmitter is idle and the instant Next has come, or a packet has just come in and Next is
//     not in the future: Dequeue.
//
// If a packet comes in at the very instant at which the transmitter becomes free, Dequeue is called
// first. A packet handed out stays in service until the next call of Dequeue.
//
// Each item that enters by Enqueue, and each copy made by Events.Copy, must leave exactly once: by
// Dequeue or by Events.Drop. A Qdisc does not share its items with another one and is not safe for
// concurrent use.
type Qdisc interface {
	// Enqueue takes an item into the queue. It may drop it, or others in its place.
	Enqueue(now time.Duration, item Item, events *Events)

	// Next is the instant from which on Dequeue may have an item to hand out: Never if the queue is
	// empty, an instant that has passed if an item waits for nothing but the transmitter, a later one if
	// the discipline shapes. After a Dequeue that returned false it must be later than that Dequeue.
	Next() time.Duration

	// Dequeue hands the next item to the transmitter, or returns false if there is none to send now.
	// It may drop items on the way.
	Dequeue(now time.Duration, events *Events) (Item, bool)

	// Len is the number of items in the queue, without the one in service.
	Len() int

	// Reset empties the queue without reporting its items as dropped. The seed decides all that is
	// random about the discipline.
	Reset(seed uint64)
}

// An Item is a packet in a queueing discipline.
type Item struct {
	Packet
	Sent    time.Duration // when it was offered to the link
	ordinal uint64        // among the packets offered; with copyOrdinal set, among the copies
	marked  bool
}

// copyOrdinal tells the ordinals of copies from those of packets.
const copyOrdinal = 1 << 63

// Mark sets the packet's ECN field to CE if its sender can react to that, and reports whether it did:
// a packet that is Not-ECT is left as it is and should be dropped instead (RFC 3168 §5).
func (i *Item) Mark() bool {
	if !i.ECN.Capable() {
		return false
	}
	i.marked = i.marked || i.ECN != CE
	i.ECN = CE
	return true
}
