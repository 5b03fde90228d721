package netem

import "time"

// A Qdisc is a queueing discipline: it holds the packets that wait for a link's transmitter,
// decides which packet leaves next, and may drop packets or mark them CE.
//
// The link calls it with instants that never decrease:
//
//   - When a packet comes, the link calls Enqueue.
//   - When the last bit of a packet has left, the transmitter is free and the link calls Dequeue.
//     If Dequeue returns false, the transmitter is idle.
//   - While the transmitter is idle, the link calls Dequeue at the instant Next, or right after an
//     Enqueue if Next has passed.
//
// If a packet comes at the very instant at which the transmitter becomes free, the link calls
// Dequeue first. A packet is in service from the Dequeue that returns it until the next Dequeue.
//
// Each item passed to Enqueue and each copy made by Events.Copy must leave exactly once: by Dequeue
// or by Events.Drop. A Qdisc is not safe for concurrent use.
type Qdisc interface {
	// Enqueue takes an item into the queue. It may drop it, or others in its place.
	Enqueue(now time.Duration, item Item, events *Events)

	// Next returns the first instant at which Dequeue can return an item: Never if the queue is
	// empty, any instant in the past if an item waits for the transmitter only, a later one if the
	// discipline shapes traffic. After Dequeue(now) has returned false, Next must be later than
	// now.
	Next() time.Duration

	// Dequeue removes the next item from the queue and returns it, or returns false if the
	// transmitter must not send now. It may drop other items.
	Dequeue(now time.Duration, events *Events) (Item, bool)

	// Len returns the number of items in the queue, without the one in service.
	Len() int

	// Reset empties the queue and reports no drops. All random draws of the discipline derive from
	// the seed.
	Reset(seed uint64)
}

// An Item is a packet in a queueing discipline.
type Item struct {
	Packet
	Sent    time.Duration // when it was offered to the link
	ordinal uint64        // of the packet; with bit copyOrdinal set, of the copy
	marked  bool

	corrupted bool // by Config.Corrupt
}

// copyOrdinal is set in the ordinals of copies, so that they draw their own random numbers.
const copyOrdinal = 1 << 63

// Mark sets the packet's ECN field to CE and returns true. It returns false for a Not-ECT packet,
// which the discipline must drop in place of marking it (RFC 3168 §5).
func (i *Item) Mark() bool {
	if !i.ECN.Capable() {
		return false
	}
	i.marked = i.marked || i.ECN != CE
	i.ECN = CE
	return true
}
