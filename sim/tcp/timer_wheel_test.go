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
			late := clk.expiry(now, c.delay, false) - now - c.delay
			least, most = min(least, late), max(most, late)
			if at := clk.expiry(now, c.delay, false) + cfg.ClockOffset; at%c.step != 0 {
				t.Fatalf("HZ %d, delay %v: expires off the wheel's step of %v", c.hz, c.delay, c.step)
			}
		}
		if least < -tick || most > c.step || most-least < c.step*9/10 {
			t.Errorf("HZ %d, delay %v: %v to %v late, want about 0 to %v", c.hz, c.delay, least, most, c.step)
		}
	}
	exact := newClock(&Config{})
	if got := exact.expiry(7, 11, false); got != 18 {
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

// TestTheWheelCountsFromTheTickAfterAnExpiry: at the tick at which a timer of the CPU has expired
// the kernel's timer_base.clk is jiffies + 1 (__run_timers), else jiffies (forward_timer_base). A
// delay of 63 or 504 ticks then falls into the level below; no other delay changes.
func TestTheWheelCountsFromTheTickAfterAnExpiry(t *testing.T) {
	clk := newClock(&Config{HZ: 250})
	const now = 1000*4*ms + ms // tick 1000, a multiple of 8
	for _, c := range []struct{ ticks, fresh, ahead int64 }{
		{62, 1063, 1063},
		{63, 1064, 1064}, // 1063 rounds up to 1064 in both levels
		{64, 1072, 1072},
		{503, 1504, 1504},
		{504, 1536, 1512},
		{505, 1536, 1536},
	} {
		delay := time.Duration(c.ticks) * clk.tick
		fresh, ahead := clk.expiry(now, delay, false), clk.expiry(now, delay, true)
		if fresh != time.Duration(c.fresh)*clk.tick || ahead != time.Duration(c.ahead)*clk.tick {
			t.Errorf("%d ticks: expire at tick %v, a tick ahead at %v, want %d and %d", c.ticks, fresh/clk.tick, ahead/clk.tick, c.fresh, c.ahead)
		}
	}
	// 63 ticks from tick 1001 on: 1064 in level 1 is the bucket of 1064 to 1071.
	if fresh, ahead := clk.expiry(now+clk.tick, 63*clk.tick, false), clk.expiry(now+clk.tick, 63*clk.tick, true); fresh != 1072*clk.tick || ahead != 1065*clk.tick {
		t.Errorf("63 ticks from tick 1001 on: tick %v, a tick ahead %v", fresh/clk.tick, ahead/clk.tick)
	}
	busy := newClock(&Config{HZ: 250, BusyTicks: 1000})
	if got := busy.expiry(now+clk.tick, 63*clk.tick, false); got != 1065*clk.tick {
		t.Errorf("on a busy CPU: tick %v", got/clk.tick)
	}
}

// TestBusyTicksAreTheShareAsked: the share of the ticks at which the base is ahead is that of
// Config.BusyTicks.
func TestBusyTicksAreTheShareAsked(t *testing.T) {
	for _, share := range []int{1, 100, 500, 900, 1000} {
		clk := newClock(&Config{HZ: 250, BusyTicks: share})
		ahead := 0
		for tick := range int64(100_000) {
			now := time.Duration(64*tick+9) * clk.tick
			if clk.expiry(now, 504*clk.tick, false) != newTimer(now, 504) {
				ahead++
			}
		}
		if want := share * 100; ahead < want*95/100-30 || ahead > want*105/100+30 {
			t.Errorf("%d of 1000: %d of 100000 ticks are busy", share, ahead)
		}
	}
}

// newTimer returns when a timer of an idle CPU at HZ 250 expires.
func newTimer(now time.Duration, ticks int64) time.Duration {
	clk := newClock(&Config{HZ: 250})
	return clk.expiry(now, time.Duration(ticks)*clk.tick, false)
}

// TestTheHandlerOfATimerArmsInTheFinerLevel: at 50 ms round trip and HZ 250 the RTO is 63
// ticks (250 ms, rounded up to 252 ms). Armed when data is sent it falls into the level of 32 ms;
// armed by the handler of the probe's timer it falls into that of 4 ms.
func TestTheHandlerOfATimerArmsInTheFinerLevel(t *testing.T) {
	cfg := DefaultConfig()
	first, second := map[time.Duration]bool{}, map[time.Duration]bool{}
	for phase := range 64 {
		cfg.ClockOffset = time.Hour + time.Duration(phase)*ms/2
		p := newPipe(&cfg, 50*ms, parseTurns(t, "C 256 | S 100"))
		p.drop = func(side, n int, _ *Segment) bool { return side == client && n >= 2 && n <= 3 }
		var sent []time.Duration // of the data: at first, by the probe, by the RTO
		p.trace = func(p *pipe, side int, s *Segment, _ bool) {
			if side == client && s.Len > 0 {
				sent = append(sent, p.now)
			}
		}
		p.run(10 * time.Second)
		if len(sent) < 3 {
			t.Fatalf("the data left %d times", len(sent))
		}
		first[(sent[1] - sent[0]).Round(4*ms)] = true
		second[(sent[2] - sent[1]).Round(ms)] = true
	}
	if len(first) < 7 {
		t.Errorf("the probe leaves after %v: want steps of 32 ms", first)
	}
	if len(second) != 1 || !second[256*ms] {
		t.Errorf("the RTO expires %v after the probe, want always 256 ms: 63 ticks and one", second)
	}
}
