package tcp

import (
	"math"
	"math/bits"
	"time"
)

// clock is the host's clock: microseconds, timer ticks (jiffies), the kernel's timer wheel, and the
// timestamps option.
type clock struct {
	tick    time.Duration // between two timer ticks; 0: timers are exact
	inverse uint64        // 2^64 / tick, rounded up
	offset  time.Duration // reading of the clock at virtual time 0
	ahead   time.Duration // until when the wheel's base is a tick ahead, see expiry
	busy    uint64        // share of the ticks at which another timer of the CPU expires, of 2^64
}

func newClock(cfg *Config) clock {
	c := clock{offset: cfg.ClockOffset, ahead: -cfg.ClockOffset}
	if cfg.HZ > 0 {
		c.tick = time.Second / time.Duration(cfg.HZ)
		c.inverse = math.MaxUint64/uint64(c.tick) + 1
		c.busy = uint64(cfg.BusyTicks) * (math.MaxUint64 / maxBusyTicks)
	}
	return c
}

// maxBusyTicks is Config.BusyTicks of a CPU on which a timer expires at every tick.
const maxBusyTicks = 1000

// micros returns the last instant, not after now, at which the clock shows whole microseconds. The
// kernel measures time in these (tcp_mstamp_refresh).
func (c *clock) micros(now time.Duration) time.Duration {
	return now - (c.offset+now)%time.Microsecond
}

// ticks returns the number of whole ticks in d, which is not negative. It divides by a
// multiplication, since a timer is armed for each packet.
func (c *clock) ticks(d time.Duration) int64 {
	q, _ := bits.Mul64(uint64(d), c.inverse)
	if q*uint64(c.tick) > uint64(d) {
		q--
	}
	return int64(q)
}

// jiffies returns the number of the host's timer ticks so far (kernel tcp_jiffies32). If
// timers are exact, there are exactHZ in a second.
func (c *clock) jiffies(now time.Duration) int64 {
	if c.tick == 0 {
		return int64((c.offset + now) / (time.Second / exactHZ))
	}
	return c.ticks(c.offset + now)
}

// exactHZ is the number of jiffies in a second on a host whose timers are exact: the most that
// Linux can be built with (CONFIG_HZ).
const exactHZ = 1000

// hz returns the number of jiffies in a second.
func (c *clock) hz() int {
	if c.tick == 0 {
		return exactHZ
	}
	return int(time.Second / c.tick)
}

// since returns the time from one instant to a later one as the kernel measures it in jiffies: the
// ticks between them.
func (c *clock) since(then, now time.Duration) time.Duration {
	if c.tick == 0 || then == now {
		return now - then
	}
	return time.Duration(c.jiffies(now)-c.jiffies(then)) * c.tick
}

// within reports whether less than a time has passed from one instant to a later one, as since
// measures it. That is less than a tick away from the difference, which mostly decides.
func (c *clock) within(limit, then, now time.Duration) bool {
	d := now - then
	if d+c.tick < limit {
		return true
	}
	return d < limit+c.tick && c.since(then, now) < limit
}

// timestamp returns the value of the timestamps option in milliseconds, at least 1: a TSEcr of 0
// is not valid.
func (c *clock) timestamp(now time.Duration) int64 {
	return 1 + int64((c.offset+now)/time.Millisecond)
}

// ceil rounds a delay up to whole ticks (kernel usecs_to_jiffies).
func (c *clock) ceil(d time.Duration) time.Duration {
	if c.tick == 0 {
		return d
	}
	return time.Duration(c.ticks(d+c.tick-1)) * c.tick
}

// floor rounds a delay down to whole ticks.
func (c *clock) floor(d time.Duration) time.Duration {
	if c.tick == 0 {
		return d
	}
	return time.Duration(c.ticks(d)) * c.tick
}

// The timer wheel has nine levels of 64 buckets. A bucket is eight times as wide as one of the
// level below. A level takes delays from 63 buckets of the level below on (kernel/time/timer.c,
// LVL_START).
const (
	wheelFirstLevel = 63
	wheelLevelShift = 3
	wheelLevels     = 9
)

// wheelTimer is a timer in the wheel.
type wheelTimer struct {
	at        time.Duration // when it expires, unless unsettled; Never: it is not in the wheel
	armed     time.Duration // instant at which it was armed
	delay     time.Duration // from armed to its expiry, before the wheel rounds it
	ahead     bool          // the base was a tick ahead when it was armed
	unsettled bool          // at must be computed from armed, delay and ahead
}

// arm arms the timer. One event may arm it several times, so that the expiry is computed when it is
// asked for.
func (t *wheelTimer) arm(c *clock, now, delay time.Duration) {
	t.armed, t.delay, t.ahead, t.unsettled = now, delay, now < c.ahead, true
}

// expiry returns the instant at which the timer expires.
func (t *wheelTimer) expiry(c *clock) time.Duration {
	if t.unsettled {
		t.at = c.expiry(t.armed, t.delay, t.ahead)
		t.unsettled = false
	}
	return t.at
}

// bound returns an instant that is not after expiry.
func (t *wheelTimer) bound() time.Duration {
	if t.unsettled {
		return t.armed + t.delay
	}
	return t.at
}

// left returns the time until the timer expires as the kernel sees it: in ticks, before the wheel
// rounds it.
func (t *wheelTimer) left(c *clock, now time.Duration) time.Duration {
	return c.ceil(t.delay) - c.since(t.armed, now)
}

// expire takes the timer out of the wheel if it has expired by now, and moves the base.
func (t *wheelTimer) expire(c *clock, now time.Duration) {
	if t.bound() <= now && t.expiry(c) <= now {
		c.expired(t.at)
		t.at = Never
	}
}

// expiry returns the instant at which a timer expires that is armed now with the delay: the first
// tick after the bucket that the delay falls into. It is never early. It is late by less than one
// bucket and one tick: a bucket is one tick wide for delays below 63 ticks, and about an eighth of
// the delay at most for longer ones. ahead: the base is a tick ahead.
//
// The base is the tick from which the wheel counts delays (kernel timer_base.clk). The kernel sets
// it to the tick after the one whose timers it has run (__run_timers). When a timer is armed at a
// later tick, it moves the base forward to that tick (forward_timer_base). So the base is a tick
// ahead while a timer is armed at a tick at which another one of the CPU has expired: always in the
// handler of a timer. A delay of exactly 63 ticks then falls into the first level.
func (c *clock) expiry(now, delay time.Duration, ahead bool) time.Duration {
	if c.tick == 0 {
		return now + delay
	}
	jiffies := c.jiffies(now)
	base := jiffies
	if ahead || (c.busy > 0 && mixTick(jiffies) < c.busy) {
		base++
	}
	return time.Duration(wheelBucket(base, jiffies+c.ticks(delay+c.tick-1)))*c.tick - c.offset
}

// expired notes that a timer has expired at the tick of the instant.
func (c *clock) expired(at time.Duration) {
	if c.tick > 0 {
		c.ahead = time.Duration(c.jiffies(at)+1)*c.tick - c.offset
	}
}

// mixTick spreads the number of a tick over 64 bits (the finalizer of SplitMix64: Steele, Lea,
// Flood, OOPSLA 2014).
func mixTick(jiffies int64) uint64 {
	z := uint64(jiffies) * 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// wheelBucket rounds the tick for which a timer is armed, expires, up to the tick at which its
// bucket expires. The wheel counts delays from the tick clk (kernel calc_wheel_index).
func wheelBucket(clk, expires int64) int64 {
	shift := 0
	const last = wheelLevelShift * (wheelLevels - 1)
	start := int64(wheelFirstLevel)
	for expires-clk >= start && shift < last {
		shift += wheelLevelShift
		start <<= wheelLevelShift
	}
	return (expires>>shift + 1) << shift
}
