package tcp

import (
	"testing"
	"time"
)

// TestTimersExpireAtTheStepsOfTheWheel checks the steps at which the timer wheel expires timers: at
// HZ=250 4 ms below 252 ms, 32 ms below 2.016 s, 256 ms below 16.128 s; at HZ=1000 1, 8 and 64 ms
// (kernel/time/timer.c).
func TestTimersExpireAtTheStepsOfTheWheel(t *testing.T) {
	for _, c := range []struct {
		hz          int
		delay, step time.Duration
	}{
		{250, 200 * time.Millisecond, 4 * time.Millisecond},
		{250, 300 * time.Millisecond, 32 * time.Millisecond},
		{250, time.Second, 32 * time.Millisecond},
		{250, 3 * time.Second, 256 * time.Millisecond},
		{250, 30 * time.Second, 2048 * time.Millisecond},
		{1000, 50 * time.Millisecond, time.Millisecond},
		{1000, 300 * time.Millisecond, 8 * time.Millisecond},
		{1000, time.Second, 64 * time.Millisecond},
	} {
		cfg := Config{HZ: c.hz, ClockOffset: 12345 * time.Microsecond}
		clk := newClock(&cfg)
		tick := time.Second / time.Duration(c.hz)
		var least, most time.Duration = Never, 0
		for now := time.Duration(0); now < 3*c.step; now += c.step / 64 {
			late := clk.expiry(now, c.delay) - now - c.delay
			least, most = min(least, late), max(most, late)
			if at := clk.expiry(now, c.delay) + cfg.ClockOffset; at%c.step != 0 {
				t.Fatalf("HZ %d, delay %v: expires off the wheel's step of %v", c.hz, c.delay, c.step)
			}
		}
		if least < -tick || most > c.step || most-least < c.step*9/10 {
			t.Errorf("HZ %d, delay %v: %v to %v late, want about 0 to %v", c.hz, c.delay, least, most, c.step)
		}
	}
	exact := newClock(&Config{})
	if got := exact.expiry(7, 11); got != 18 {
		t.Errorf("without ticks a timer of 11 ns armed at 7 ns expires at %d", got)
	}
}

func TestTicksAreADurationDividedByTheTick(t *testing.T) {
	for _, hz := range []int{100, 250, 300, 1000, 10000} {
		clk := newClock(&Config{HZ: hz})
		for _, k := range []int64{0, 1, 2, 63, 250, 1 << 20, 1 << 32} {
			for _, off := range []int64{-1, 0, 1} {
				d := time.Duration(k)*clk.tick + time.Duration(off)
				if d < 0 {
					continue
				}
				if got, want := clk.ticks(d), int64(d/clk.tick); got != want {
					t.Errorf("HZ %d: %d ns are %d ticks, want %d", hz, d, got, want)
				}
			}
		}
	}
}
