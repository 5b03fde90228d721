package netem

import "time"

// DropTail is first in, first out: it drops a packet that comes when the queue is full. Linux calls
// it pfifo.
type DropTail struct {
	limit     int // packets, the one in service included
	items     ring[Item]
	inService bool
}

var _ Qdisc = (*DropTail)(nil)

// NewDropTail makes a queue of at most limit packets, the one in service included. A limit of 0
// means DefaultLimit.
func NewDropTail(limit int) *DropTail { return &DropTail{limit: limitOrDefault(limit)} }

// limitOrDefault is a limit in packets, where 0 means DefaultLimit.
func limitOrDefault(limit int) int {
	if limit == 0 {
		return DefaultLimit
	}
	return limit
}

// Enqueue implements Qdisc.
func (q *DropTail) Enqueue(_ time.Duration, item Item, events *Events) {
	held := q.items.size
	if q.inService {
		held++
	}
	if held >= q.limit {
		events.Drop(&item, ByLimit)
		return
	}
	*q.items.push() = item
}

// Next implements Qdisc.
func (q *DropTail) Next() time.Duration { return q.items.ready() }

// Dequeue implements Qdisc.
func (q *DropTail) Dequeue(time.Duration, *Events) (Item, bool) {
	q.inService = q.items.size > 0
	if !q.inService {
		return Item{}, false
	}
	item := *q.items.at(0)
	q.items.pop()
	return item, true
}

// departed implements departureCounter.
func (q *DropTail) departed() { q.inService = false }

// Len implements Qdisc.
func (q *DropTail) Len() int { return q.items.size }

// Reset implements Qdisc.
func (q *DropTail) Reset(uint64) {
	q.items.clear()
	q.inService = false
}
