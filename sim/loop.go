package sim

import (
	"math"
	"time"
)

// never is the instant that no event reaches.
const never time.Duration = math.MaxInt64

// eventKind says which actor an event wakes.
type eventKind uint8

const (
	wakeStart    eventKind = iota + 1 // who: a connection, which begins
	wakeHop                           // who: a link, whose next packet is due
	wakeEndpoint                      // who: a TCP endpoint, whose deadline has come
	wakeHost                          // who: an actor, whose work a core has finished
	wakeFetch                         // who: a connection, whose client waits no longer for the authority
	wakeActor                         // who: an actor, whose pause is over
)

// event is a wake-up call. Events at one instant run in the order in which
// they were scheduled, which seq keeps.
type event struct {
	at   time.Duration
	seq  uint64
	who  int32
	kind eventKind
}

func (e *event) before(f *event) bool {
	return e.at < f.at || e.at == f.at && e.seq < f.seq
}

// loop is the queue of events to come: a binary heap that is reused from run
// to run.
type loop struct {
	heap []event
	seq  uint64
}

func (l *loop) reset() {
	l.heap = l.heap[:0]
	l.seq = 0
}

func (l *loop) schedule(at time.Duration, kind eventKind, who int32) {
	l.seq++
	e := event{at: at, seq: l.seq, who: who, kind: kind}
	l.heap = append(l.heap, e)
	h := l.heap
	i := len(h) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !e.before(&h[parent]) {
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = e
}

// next takes the earliest event out of the queue; false when there is none.
func (l *loop) next() (event, bool) {
	h := l.heap
	if len(h) == 0 {
		return event{}, false
	}
	first := h[0]
	last := h[len(h)-1]
	h = h[:len(h)-1]
	l.heap = h
	if len(h) == 0 {
		return first, true
	}
	i := 0
	for {
		child := 2*i + 1
		if child >= len(h) {
			break
		}
		if child+1 < len(h) && h[child+1].before(&h[child]) {
			child++
		}
		if !h[child].before(&last) {
			break
		}
		h[i] = h[child]
		i = child
	}
	h[i] = last
	return first, true
}
