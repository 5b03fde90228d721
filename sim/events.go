package sim

import (
	"math"
	"time"
)

// never is the instant that no event reaches.
const never time.Duration = math.MaxInt64

// timerID says who is woken: a link, or a timer of a connection.
type timerID uint32

// timerBits bounds the timers of a world: 16 million.
const timerBits = 24

// event is a wake-up call for a timer. Events at one instant run in the order in
// which they were scheduled.
type event struct {
	at  time.Duration
	key uint64 // ordinal of its scheduling << timerBits | timer
}

func (e *event) before(f *event) bool {
	return e.at < f.at || e.at == f.at && e.key < f.key
}

func (e *event) timer() timerID { return timerID(e.key & (1<<timerBits - 1)) }

// eventQueue holds the events to come: a heap whose nodes have four children each.
// Who has scheduled an event and no longer needs it ignores it when it comes.
type eventQueue struct {
	heap  []event
	count uint64 // events scheduled since reset
}

func (q *eventQueue) reset() {
	q.heap = q.heap[:0]
	q.count = 0
}

func (q *eventQueue) schedule(at time.Duration, t timerID) {
	q.count++
	e := event{at: at, key: q.count<<timerBits | uint64(t)}
	q.heap = append(q.heap, e)
	h := q.heap
	i := len(h) - 1
	for i > 0 {
		parent := (i - 1) / 4
		if !e.before(&h[parent]) {
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = e
}

// next takes the earliest event out of the queue; false when there is none.
func (q *eventQueue) next() (event, bool) {
	h := q.heap
	if len(h) == 0 {
		return event{}, false
	}
	first := h[0]
	last := h[len(h)-1]
	h = h[:len(h)-1]
	q.heap = h
	if len(h) == 0 {
		return first, true
	}
	i := 0
	for {
		child := 4*i + 1
		if child >= len(h) {
			break
		}
		least := child
		for k := child + 1; k < min(child+4, len(h)); k++ {
			if h[k].before(&h[least]) {
				least = k
			}
		}
		if !h[least].before(&last) {
			break
		}
		h[i] = h[least]
		i = least
	}
	h[i] = last
	return first, true
}
