package netem

import "time"

// A coDel is one queue with controlled delay (RFC 8289), as net/sched/sch_codel.c has it.
type coDel struct {
	codelParams
	codelState
	limit int // packets that wait
	items ring[Item]
	bytes int64
}

func newCoDel(q Queue) *coDel { return &coDel{codelParams: newCodelParams(q), limit: q.Limit} }

func (q *coDel) Enqueue(_ time.Duration, item Item, events *Events) {
	if q.items.size >= q.limit {
		events.Drop(&item, ByLimit)
		return
	}
	*q.items.push() = item
	q.bytes += int64(item.Size)
}

func (q *coDel) Next() time.Duration { return q.items.ready() }

func (q *coDel) Dequeue(now time.Duration, events *Events) (Item, bool) {
	return q.codelState.dequeue(now, &q.codelParams, q, events)
}

func (q *coDel) popHead() (Item, bool) {
	if q.items.size == 0 {
		return Item{}, false
	}
	item := *q.items.at(0)
	q.items.pop()
	q.bytes -= int64(item.Size)
	return item, true
}

func (q *coDel) backlog() int64 { return q.bytes }

func (q *coDel) Len() int { return q.items.size }

func (q *coDel) Reset(uint64) {
	q.codelState.reset()
	q.items.clear()
	q.bytes = 0
}
