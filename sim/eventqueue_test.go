package sim

import (
	"testing"
	"time"
)

func TestEventsAtOneInstantRunInTheOrderOfScheduling(t *testing.T) {
	var q eventQueue
	q.reset(500, 500)
	s := seedStream{1}
	for i := range timerID(500) {
		q.schedule(&q.links, time.Duration(s.next()%16), i)
		q.schedule(&q.connections, time.Duration(s.next()%16), i)
	}
	ordinal := func(id timerID, ofLink bool) int {
		if ofLink {
			return int(2 * id)
		}
		return int(2*id + 1)
	}
	lastAt, last := time.Duration(-1), 0
	for range 1000 {
		e, ofLink := q.next()
		n := ordinal(e.timer(), ofLink)
		if e.at < lastAt || e.at == lastAt && n < last {
			t.Fatalf("event %d at %d after event %d at %d", n, e.at, last, lastAt)
		}
		lastAt, last = e.at, n
	}
	if len(q.links.events)+len(q.connections.events) > 0 {
		t.Error("an event too many")
	}
}

// The queue returns the same events as a search of the list of all timers.
func TestATimerHasAtMostOneEvent(t *testing.T) {
	const ofLinks, timers = 5, 50
	var q eventQueue
	q.reset(ofLinks, timers-ofLinks)
	var want [timers]event
	for i := range want {
		want[i].at = never
	}
	s := seedStream{2}
	for n := range uint64(20_000) {
		if id, at := s.next()%timers, time.Duration(s.next()%1000); s.next()%3 < 2 && at < want[id].at {
			if id < ofLinks {
				q.schedule(&q.links, at, timerID(id))
			} else {
				q.schedule(&q.connections, at, timerID(id-ofLinks))
			}
			want[id] = event{at: at, key: n}
			continue
		}
		first := 0
		for i := range want {
			if want[i].before(&want[first]) {
				first = i
			}
		}
		if want[first].at == never {
			continue
		}
		e, ofLink := q.next()
		id := int(e.timer())
		if !ofLink {
			id += ofLinks
		}
		if e.at != want[first].at || id != first {
			t.Fatalf("step %d: timer %d at %v, want %d at %v", n, id, e.at, first, want[first].at)
		}
		want[first].at = never
	}
}
