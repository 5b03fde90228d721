package tcp

import (
	"math"
	"math/bits"
	"time"
)

// clock is the host's clock: timer ticks, the kernel's timer wheel, and the timestamps option.
type clock struct {
	tick    time.Duration // between two timer ticks; 0: timers are exact
	inverse uint64        // 2^64 / tick, rounded up
	offset  time.Duration // reading of the clock at virtual time 0
}

func newClock(cfg *Config) clock {
	c := clock{offset: cfg.ClockOffset}
	if cfg.HZ > 0 {
		c.tick = time.Second / time.Duration(cfg.HZ)
		c.inverse = math.MaxUint64/uint64(c.tick) + 1
	}
	return c
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

// The timer wheel has nine levels of 64 buckets. A bucket is eight times as wide as one of the
// level below. A level takes delays from 63 buckets of the level below on (kernel/time/timer.c,
// LVL_START).
const (
	wheelFirstLevel = 63
	wheelLevelShift = 3
	wheelLevels     = 9
)

// expiry returns the instant at which a timer expires that is armed now with the delay: the first
// tick after the bucket that the delay falls into. It is never early. It is late by less than one
// bucket and one tick: a bucket is one tick wide for delays below 63 ticks, and about an eighth of
// the delay at most for longer ones.
func (c *clock) expiry(now, delay time.Duration) time.Duration {
	if c.tick == 0 {
		return now + delay
	}
	jiffies := c.ticks(c.offset + now)
	expires := jiffies + c.ticks(delay+c.tick-1)
	return time.Duration(wheelBucket(jiffies, expires))*c.tick - c.offset
}

// wheelBucket returns the tick at which a timer expires that is armed at tick jiffies for tick
// expires (kernel calc_wheel_index).
func wheelBucket(jiffies, expires int64) int64 {
	shift := 0
	const last = wheelLevelShift * (wheelLevels - 1)
	start := int64(wheelFirstLevel)
	for expires-jiffies >= start && shift < last {
		shift += wheelLevelShift
		start <<= wheelLevelShift
	}
	return (expires>>shift + 1) << shift
}
