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

// The queue against a list that is searched, with timers that move.
func TestATimerHasOneEvent(t *testing.T) {
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

func TestCoresServeInTheOrderOfArrival(t *testing.T) {
	var c cores
	c.reset(2)
	processes := make([]process, 5)
	if !c.take(task{process: &processes[0]}) || !c.take(task{process: &processes[1]}) {
		t.Fatal("a free core was refused")
	}
	for i := 2; i < 5; i++ {
		if c.take(task{process: &processes[i]}) {
			t.Fatal("a third task got one of two cores")
		}
	}
	for want := 2; want < 5; want++ {
		if got, ok := c.release(); !ok || got.process != &processes[want] {
			t.Errorf("a core goes to another process than %d (%v)", want, ok)
		}
	}
	c.release()
	c.release()
	if c.free != 2 {
		t.Errorf("%d cores are free in the end, want 2", c.free)
	}
}

func TestWorkIsSlowedDownButNeverWithoutEnd(t *testing.T) {
	for _, c := range []struct {
		slowdown float64
		in, want time.Duration
	}{
		{1, 7, 7},
		{6, 7 * time.Microsecond, 42 * time.Microsecond},
		{0.5, 7, 3},
		{1e6, time.Hour, maxWork},
	} {
		if got := (&Host{Slowdown: c.slowdown}).slow(c.in); got != c.want {
			t.Errorf("%v, %v times slower, takes %v, want %v", c.in, c.slowdown, got, c.want)
		}
	}
}
