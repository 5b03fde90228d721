package sim

import (
	"testing"
	"time"
)

func TestEventsAtOneInstantRunInTheOrderOfScheduling(t *testing.T) {
	var l loop
	s := seedStream{1}
	for i := range int32(1000) {
		l.schedule(time.Duration(s.next()%16), wakeHop, i)
	}
	last := event{at: -1}
	for n := range 1000 {
		e, ok := l.next()
		if !ok {
			t.Fatalf("queue empty after %d events", n)
		}
		if e.at < last.at || e.at == last.at && e.who < last.who {
			t.Fatalf("event %d at %d after event %d at %d", e.who, e.at, last.who, last.at)
		}
		last = e
	}
	if _, ok := l.next(); ok {
		t.Error("an event too many")
	}
}

func TestCoresServeInTheOrderOfArrival(t *testing.T) {
	var c cores
	c.reset(2)
	if !c.take(task{who: 0}) || !c.take(task{who: 1}) {
		t.Fatal("a free core was refused")
	}
	for who := range int32(3) {
		if c.take(task{who: 2 + who}) {
			t.Fatal("a third task got one of two cores")
		}
	}
	for want := int32(2); want < 5; want++ {
		if got, ok := c.release(); !ok || got.who != want {
			t.Errorf("core goes to %d (%v), want %d", got.who, ok, want)
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
		{1e6, time.Hour, forever},
	} {
		if got := (Host{Slowdown: c.slowdown}).slow(c.in); got != c.want {
			t.Errorf("%v, %v times slower, takes %v, want %v", c.in, c.slowdown, got, c.want)
		}
	}
}
