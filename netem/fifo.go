package netem

import "time"

// A fifo is a DropTail and the transmitter that empties it, in closed form. Since a DropTail decides
// nothing at dequeue, the departure of a packet is known when it arrives, and the link needs no
// wake-up at the instants in between.
type fifo struct {
	rate  uint64 // bit/s; 0: unlimited, nothing ever waits
	limit int    // packets, the one in service counted
	// leaves holds, for each packet waiting or in service, the instant at which its last bit leaves.
	leaves ring[time.Duration]
	idleAt time.Duration // when the last packet leaves
}

func (q *fifo) reset() {
	q.leaves.clear()
	q.idleAt = 0
}

// admit takes a packet of that many bytes, or returns false because the queue is full. It returns how
// long the packet will wait and how long its own bytes take.
func (q *fifo) admit(now time.Duration, size int32) (queued, serialised time.Duration, ok bool) {
	if q.rate == 0 {
		return 0, 0, true
	}
	for q.leaves.size > 0 && *q.leaves.at(0) <= now {
		q.leaves.pop()
	}
	if q.leaves.size >= q.limit {
		return 0, 0, false
	}
	queued = max(0, q.idleAt-now)
	serialised = serialisation(size, q.rate)
	q.idleAt = now + queued + serialised
	*q.leaves.push() = q.idleAt
	return queued, serialised, true
}
