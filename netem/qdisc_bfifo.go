package netem

import "time"

// byteFIFO is first in, first out with a limit in bytes: bfifo_enqueue() of net/sched/sch_fifo.c.
type byteFIFO struct {
	limit int64 // bytes that wait
	items ring[Item]
	bytes int64
}

func newByteFIFO(q Queue) *byteFIFO { return &byteFIFO{limit: q.LimitBytes} }

func (q *byteFIFO) Enqueue(_ time.Duration, item Item, events *Events) {
	if q.bytes+int64(item.Size) > q.limit {
		events.Drop(&item, ByLimit)
		return
	}
	*q.items.push() = item
	q.bytes += int64(item.Size)
}

func (q *byteFIFO) Next() time.Duration { return q.items.ready() }

func (q *byteFIFO) Dequeue(time.Duration, *Events) (Item, bool) {
	if q.items.size == 0 {
		return Item{}, false
	}
	item := *q.items.at(0)
	q.items.pop()
	q.bytes -= int64(item.Size)
	return item, true
}

func (q *byteFIFO) Len() int { return q.items.size }

func (q *byteFIFO) Reset(uint64) {
	q.items.clear()
	q.bytes = 0
}
