package netem

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Bounds of a Config. Within them, every time that a link computes fits an int64 of nanoseconds.
const (
	MaxDelay = 24 * time.Hour
	MinRate  = 100       // bit/s
	MaxRate  = 1e15      // bit/s
	MaxLimit = 1_000_000 // packets
	MinMSS   = 88        // bytes: of an MTU of 128 bytes
	MaxMSS   = 65495     // bytes: of an MTU of 65535 bytes
)

// DefaultLimit is the queue's limit in packets if Config.Limit is 0. It is tc-netem's default.
const DefaultLimit = 1000

// Config describes one direction of a link. The zero value is a perfect wire: no delay, no loss and
// an unlimited rate.
type Config struct {
	Delay        time.Duration      // mean propagation delay, 0 to MaxDelay
	Jitter       time.Duration      // spread of the delay, 0 to MaxDelay: see Distribution
	Distribution Distribution       // of the jitter
	Table        *DistributionTable // of the jitter, in place of Distribution; nil: none
	Ordered      bool               // packets never overtake each other; else jitter reorders
	Loss         float64            // probability that a packet is lost, independently: 0 to 1
	Gemodel      GilbertElliott     // loss in bursts
	Rate         int64              // bit/s, MinRate to MaxRate; 0: unlimited
	Drops        []int              // ordinals of the packets to drop: the first one offered is 1

	// A rate that changes with time, in place of Rate: at most one of the three is set.
	RateSchedule RateSchedule
	Trace        *Trace // delivery opportunities; nil: none
	Start        Start  // place in RateSchedule or Trace at the instant 0; else without effect

	// Limit is how many packets may wait or be in service: 1 to MaxLimit. 0 means DefaultLimit. On
	// a link without a rate no packet waits, but see Semantics.
	Limit int

	// Queue is the queueing discipline. One with a Discipline has its own limit, so Limit is 0
	// then.
	Queue Queue

	// CrossTraffic shares the queue and the transmitter.
	CrossTraffic CrossTraffic

	// DelayCorrelation of the jitter and LossCorrelation of Loss are from 0 to 1: see Chance.
	DelayCorrelation, LossCorrelation float64

	// LossState and Gilbert are loss in bursts that move with each packet, or with time. At most
	// one of Loss, Gemodel, LossState and Gilbert is set.
	LossState FourState
	Gilbert   Gilbert

	Outage    Outage // times in which every packet is lost
	ECN       bool   // mark a packet CE in place of losing it, if it is ECN-capable
	Duplicate Chance // of a packet to arrive twice
	Corrupt   Chance // of a packet to arrive with an error and be dropped: ByCorruption
	Reorder   Reorder
	Overhead  Overhead // what the link layer adds to each packet before Rate
	Slot      Slot

	// MSS is the largest MSS option that a SYN may carry behind the link (MSS clamping), MinMSS to
	// MaxMSS bytes; 0: no clamping. A Link does not read TCP headers: its caller clamps the option
	// (iptables-extensions(8), TCPMSS).
	MSS int

	Semantics Semantics // with TC, Limit counts packets in flight, also without Rate
	LossUnit  LossUnit
}

// Validate returns all errors of the configuration, joined. Limit 0 is valid here: a reader of user
// input must refuse a limit of 0 itself, as ParseTC does.
func (c *Config) Validate() error {
	return errors.Join(
		checkRange("delay", "", c.Delay, 0, MaxDelay),
		checkRange("jitter", "", c.Jitter, 0, MaxDelay),
		c.Distribution.validate(),
		c.validateTable(),
		c.Gemodel.validate(),
		c.validateOneLossModel(),
		c.validateRate(),
		c.RateSchedule.validate(),
		c.Trace.validate(),
		c.Start.validate(),
		c.validateOneRate(),
		checkRange("limit", " packets", c.Limit, 0, MaxLimit),
		c.validateDrops(),
		c.validateQueue(),
		c.validateCrossTraffic(),
		c.validateCorrelations(),
		c.LossState.validate(),
		c.Gilbert.validate(),
		c.Outage.validate(),
		c.validateECN(),
		c.Duplicate.validate("duplicate"),
		c.Corrupt.validate("corrupt"),
		c.Reorder.validate(c),
		c.Overhead.validate(c.HasRate()),
		c.Slot.validate(),
		c.validateSemantics(),
		c.validateMSS(),
	)
}

func (c *Config) validateOneLossModel() error {
	models := 0
	for _, used := range []bool{c.Loss != 0, c.Gemodel.enabled(), c.LossState.enabled(), c.Gilbert.enabled()} {
		if used {
			models++
		}
	}
	if models > 1 {
		return errors.New("netem: loss: give one of a probability, gemodel, state and gilbert, not several")
	}
	return nil
}

func (c *Config) validateMSS() error {
	if c.MSS == 0 {
		return nil
	}
	return checkRange("mss", " bytes", c.MSS, MinMSS, MaxMSS)
}

// Lossy reports whether the link has a random loss.
func (c *Config) Lossy() bool {
	return c.Loss != 0 || c.Gemodel.enabled() || c.LossState.enabled() || c.Gilbert.enabled()
}

func (c *Config) validateECN() error {
	if c.ECN && !c.Lossy() {
		return errors.New("netem: ecn: without a loss no packet is marked")
	}
	return nil
}

func (c *Config) validateCorrelations() error {
	if c.DelayCorrelation != 0 && c.Jitter == 0 {
		return errors.New("netem: delay: a correlation needs a jitter, as in: delay TIME JITTER CORRELATION")
	}
	return errors.Join(checkProbability("delay correlation", c.DelayCorrelation),
		Chance{c.Loss, c.LossCorrelation}.validate("loss"))
}

func (c *Config) validateRate() error {
	if c.Rate == 0 {
		return nil
	}
	return checkRange("rate", " bit/s", c.Rate, MinRate, MaxRate)
}

func (c *Config) validateOneRate() error {
	n := 0
	for _, set := range []bool{c.Rate != 0, c.RateSchedule.enabled(), c.Trace != nil} {
		if set {
			n++
		}
	}
	if n > 1 {
		return errors.New("netem: rate: give one rate, one schedule of rates or one trace")
	}
	return nil
}

// Varies reports whether the rate changes with time.
func (c *Config) Varies() bool { return c.RateSchedule.enabled() || c.Trace != nil }

// HasRate reports whether packets can wait: the link has a rate, a schedule of rates or a trace.
func (c *Config) HasRate() bool { return c.Rate != 0 || c.Varies() }

func (c *Config) validateQueue() error {
	if c.Limit != 0 && c.Queue.Discipline != LimitOnly {
		return fmt.Errorf("netem: limit %d: the queue %v has its own limit", c.Limit, c.Queue)
	}
	return c.Queue.Validate()
}

func (c *Config) validateDrops() error {
	if i := slices.IndexFunc(c.Drops, func(n int) bool { return n < 1 }); i >= 0 {
		return fmt.Errorf("netem: drops: %d is not the ordinal of a packet: the first packet is 1",
			c.Drops[i])
	}
	return nil
}

// checkRange returns an error unless lo ≤ v ≤ hi. unit stands behind each number; a time.Duration
// has its own.
func checkRange[T interface{ ~int | ~int64 }](name, unit string, v, lo, hi T) error {
	switch {
	case v < 0:
		return fmt.Errorf("netem: %s %v%s is negative", name, v, unit)
	case v < lo:
		return fmt.Errorf("netem: %s %v%s is below the minimum of %v%s", name, v, unit, lo, unit)
	case v > hi:
		return fmt.Errorf("netem: %s %v%s is above the maximum of %v%s", name, v, unit, hi, unit)
	}
	return nil
}

// checkProbability also refuses NaN: every comparison with NaN is false.
func checkProbability(name string, p float64) error {
	if !(p >= 0 && p <= 1) {
		return fmt.Errorf("netem: %s %s is not between 0%% and 100%%", name, formatPercent(p))
	}
	return nil
}
