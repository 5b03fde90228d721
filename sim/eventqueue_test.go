package sim

import (
	"testing"
	"time"
)

func TestEventsAtOneInstantRunInTheOrderOfScheduling(t *testing.T) {
	var q eventQueue
	q.reset(1000)
	s := seedStream{1}
	for i := range timerID(1000) {
		q.schedule(time.Duration(s.next()%16), i)
	}
	last := event{at: -1}
	for range 1000 {
		e := q.next()
		if e.at < last.at || e.at == last.at && e.timer() < last.timer() {
			t.Fatalf("event %d at %d after event %d at %d", e.timer(), e.at, last.timer(), last.at)
		}
		last = e
	}
	if len(q.heap) > 0 {
		t.Error("an event too many")
	}
}

// The queue returns the same events as a search of the list of all timers.
func TestATimerHasAtMostOneEvent(t *testing.T) {
	const timers = 50
	var q eventQueue
	q.reset(timers)
	var want [timers]event
	for i := range want {
		want[i].at = never
	}
	s := seedStream{2}
	for n := range uint64(20_000) {
		if id, at := timerID(s.next()%timers), time.Duration(s.next()%1000); s.next()%3 < 2 && at < want[id].at {
			q.schedule(at, id)
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
		if e := q.next(); e.at != want[first].at || e.timer() != timerID(first) {
			t.Fatalf("step %d: timer %d at %v, want %d at %v", n, e.timer(), e.at, first, want[first].at)
		}
		want[first].at = never
	}
}
