package sim

import (
	"math"
	"time"
)

// never is later than all events.
const never time.Duration = math.MaxInt64

// timerID identifies a timer of a world: those of the links come first, then those of the slots.
type timerID uint32

// timerBits is the width of a timerID in an event.
const timerBits = 24

// event is the expiry of a timer. Events at one instant are handled in the order in which they were
// scheduled.
type event struct {
	at  time.Duration
	key uint64 // ordinal of the event << timerBits | timerID
}

func (e *event) before(f *event) bool {
	return e.at < f.at || e.at == f.at && e.key < f.key
}

func (e *event) timer() timerID { return timerID(e.key & (1<<timerBits - 1)) }

// eventQueue holds the future events, at most one of each timer, in a heap with four children a
// node.
type eventQueue struct {
	heap   []event
	places []int32 // by timer: index of its event in heap; -1: none
	count  uint64  // events scheduled since reset
}

// reset empties the queue and sets its number of timers.
func (q *eventQueue) reset(timers int) {
	q.heap = q.heap[:0]
	q.count = 0
	q.places = q.places[:0]
	q.grow(timers)
}

// grow adds timers.
func (q *eventQueue) grow(n int) {
	for range n {
		q.places = append(q.places, -1)
	}
}

// schedule gives a timer an event. It replaces a later event of the timer.
func (q *eventQueue) schedule(at time.Duration, t timerID) {
	q.count++
	q.put(event{at: at, key: q.count<<timerBits | uint64(t)})
}

// put inserts an event. It replaces a later event of the same timer.
func (q *eventQueue) put(e event) {
	i := int(q.places[e.timer()])
	if i < 0 {
		i = len(q.heap)
		q.heap = append(q.heap, event{})
	}
	h := q.heap
	for i > 0 {
		parent := (i - 1) / 4
		if !e.before(&h[parent]) {
			break
		}
		h[i] = h[parent]
		q.places[h[i].timer()] = int32(i)
		i = parent
	}
	h[i] = e
	q.places[e.timer()] = int32(i)
}

// next removes the earliest event from the queue and returns it. The queue must not be empty.
func (q *eventQueue) next() event {
	h := q.heap
	first := h[0]
	q.places[first.timer()] = -1
	last := h[len(h)-1]
	h = h[:len(h)-1]
	q.heap = h
	if len(h) == 0 {
		return first
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
		q.places[h[i].timer()] = int32(i)
		i = least
	}
	h[i] = last
	q.places[last.timer()] = int32(i)
	return first
}

// ofTimer returns the event of a timer. The timer must have one.
func (q *eventQueue) ofTimer(t timerID) event { return q.heap[q.places[t]] }
