package sim

import (
	"testing"
	"time"
)

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
			t.Errorf("the freed core does not go to process %d (%v)", want, ok)
		}
	}
	c.release()
	c.release()
	if c.free != 2 {
		t.Errorf("%d cores are free in the end, want 2", c.free)
	}
}

func TestSlowdownMultipliesWorkUpToAMaximum(t *testing.T) {
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
