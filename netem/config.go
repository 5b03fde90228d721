package netem

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Bounds of a Config. They keep every sum of times of a full queue within an int64 of nanoseconds.
const (
	MaxDelay = 24 * time.Hour
	MinRate  = 100       // bit/s
	MaxRate  = 1e15      // bit/s
	MaxLimit = 1_000_000 // packets
)

// DefaultLimit is the queue's limit in packets where Config.Limit is 0: tc-netem's default.
const DefaultLimit = 1000

// Config describes one direction of a link. The zero value is a perfect wire: no delay, no loss, no
// limit to its rate.
type Config struct {
	Delay        time.Duration  // mean time on the delay line
	Jitter       time.Duration  // spread of the delay: see Distribution
	Distribution Distribution   // of the jitter
	Ordered      bool           // keep packets in order under jitter; else they may overtake, as in tc
	Loss         float64        // probability with which each packet is lost, independently (0 to 1)
	Gemodel      GilbertElliott // loss in bursts; excludes Loss
	Rate         int64          // bit/s; 0: unlimited
	Limit        int            // packets the queue holds, the one in service counted; 0: DefaultLimit. Meaningless without Rate
	Drops        []int          // packets to drop, by ordinal: 1 is the first packet offered
}

// Validate tells all that is wrong with the configuration. A reader of user input that lets Limit be
// written must refuse an explicit 0 itself, as ParseTC does.
func (c *Config) Validate() error {
	return errors.Join(
		checkRange("delay", c.Delay, 0, MaxDelay),
		checkRange("jitter", c.Jitter, 0, MaxDelay),
		c.Distribution.validate(),
		checkProbability("loss", c.Loss),
		c.Gemodel.validate(),
		c.validateOneLossModel(),
		c.validateRate(),
		checkRange("limit", c.Limit, 0, MaxLimit),
		c.validateDrops(),
	)
}

func (c *Config) validateOneLossModel() error {
	if c.Loss != 0 && c.Gemodel.enabled() {
		return errors.New("netem: loss is either independent or by gemodel, not both")
	}
	return nil
}

func (c *Config) validateRate() error {
	if c.Rate == 0 {
		return nil
	}
	return checkRange("rate", c.Rate, MinRate, MaxRate)
}

func (c *Config) validateDrops() error {
	if i := slices.IndexFunc(c.Drops, func(n int) bool { return n < 1 }); i >= 0 {
		return fmt.Errorf("netem: drops: %d is not the ordinal of a packet (the first is 1)", c.Drops[i])
	}
	return nil
}

func checkRange[T interface{ ~int | ~int64 }](name string, v, lo, hi T) error {
	switch {
	case v < 0:
		return fmt.Errorf("netem: %s %v is negative", name, v)
	case v < lo:
		return fmt.Errorf("netem: %s %v is below the least allowed, %v", name, v, lo)
	case v > hi:
		return fmt.Errorf("netem: %s %v is above the most allowed, %v", name, v, hi)
	}
	return nil
}

// checkProbability also refuses NaN, which compares false with everything.
func checkProbability(name string, p float64) error {
	if !(p >= 0 && p <= 1) {
		return fmt.Errorf("netem: %s %s is not between 0%% and 100%%", name, formatPercent(p))
	}
	return nil
}
