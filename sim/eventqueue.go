package sim

import (
	"math"
	"time"
)

// never is later than all events.
const never time.Duration = math.MaxInt64

// timerID identifies a timer among those of the links, or among those of the connections.
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

// eventQueue holds the future events. Most events are arrivals on few links: the links have a heap
// of their own, so that these events do not pass through the timers of all open connections.
type eventQueue struct {
	links       eventHeap
	connections eventHeap
	count       uint64 // events scheduled since reset
}

// reset empties the queue and sets the numbers of timers.
func (q *eventQueue) reset(links, connections int) {
	q.links.reset(links)
	q.connections.reset(connections)
	q.count = 0
}

// schedule gives a timer of a link or of a connection an event. It replaces a later event of the
// timer.
func (q *eventQueue) schedule(h *eventHeap, at time.Duration, t timerID) {
	q.count++
	h.put(event{at: at, key: q.count<<timerBits | uint64(t)})
}

// next removes the earliest event from the queue. The queue must not be empty.
func (q *eventQueue) next() (e event, ofLink bool) {
	l, c := q.links.events, q.connections.events
	if len(l) > 0 && (len(c) == 0 || l[0].before(&c[0])) {
		return q.links.pop(), true
	}
	return q.connections.pop(), false
}

// eventHeap holds at most one event of each timer, in a heap with four children a node.
type eventHeap struct {
	events []event
	places []int32 // by timer: index of its event in events; -1: none
}

func (q *eventHeap) reset(timers int) {
	q.events = q.events[:0]
	q.places = q.places[:0]
	q.grow(timers)
}

// grow adds timers.
func (q *eventHeap) grow(n int) {
	for range n {
		q.places = append(q.places, -1)
	}
}

// put inserts an event. It replaces a later event of the same timer.
func (q *eventHeap) put(e event) {
	i := int(q.places[e.timer()])
	if i < 0 {
		i = len(q.events)
		q.events = append(q.events, event{})
	}
	h := q.events
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

// pop removes the earliest event. The heap must not be empty.
func (q *eventHeap) pop() event {
	h := q.events
	first := h[0]
	q.places[first.timer()] = -1
	last := h[len(h)-1]
	h = h[:len(h)-1]
	q.events = h
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
