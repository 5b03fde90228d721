package tcp

import (
	"math"
	"math/bits"
	"time"
)

// clock is the host's clock as its TCP sees it: timer ticks, the timer wheel and
// the timestamps option.
type clock struct {
	tick    time.Duration // of the kernel's timers; 0: exact
	inverse uint64        // 2^64 / tick, rounded up
	offset  time.Duration // what the clock reads at virtual time 0
}

func newClock(cfg *Config) clock {
	c := clock{offset: cfg.ClockOffset}
	if cfg.HZ > 0 {
		c.tick = time.Second / time.Duration(cfg.HZ)
		c.inverse = math.MaxUint64/uint64(c.tick) + 1
	}
	return c
}

// ticks returns the whole ticks in d, which is not negative: a division by
// multiplication, as timers are armed for each packet.
func (c *clock) ticks(d time.Duration) int64 {
	q, _ := bits.Mul64(uint64(d), c.inverse)
	if q*uint64(c.tick) > uint64(d) {
		q--
	}
	return int64(q)
}

// timestamp returns the value of the timestamps option: milliseconds from 1, as 0
// stands for none in TSEcr.
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

// Each level of the wheel has 64 buckets, eight times as wide as those of the level
// below, and takes delays from 63 buckets of that level on (kernel/time/timer.c,
// LVL_START).
const (
	wheelFirstLevel = 63
	wheelLevelShift = 3
	wheelLevels     = 9
)

// expiry returns when a timer armed now for the delay runs: in the first tick after
// the wheel's bucket that the delay falls into, so never early and up to an eighth
// of the delay late.
func (c *clock) expiry(now, delay time.Duration) time.Duration {
	if c.tick == 0 {
		return now + delay
	}
	jiffies := c.ticks(c.offset + now)
	expires := jiffies + c.ticks(delay+c.tick-1)
	return time.Duration(wheelBucket(jiffies, expires))*c.tick - c.offset
}

// wheelBucket returns the tick at which the wheel runs a timer that is armed at tick
// jiffies for tick expires (kernel calc_wheel_index).
func wheelBucket(jiffies, expires int64) int64 {
	shift := 0
	for start := int64(wheelFirstLevel); expires-jiffies >= start && shift < wheelLevelShift*(wheelLevels-1); start <<= wheelLevelShift {
		shift += wheelLevelShift
	}
	return (expires>>shift + 1) << shift
}
