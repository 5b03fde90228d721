package netem

import (
	"errors"
	"fmt"
	"math"
)

// Semantics says how the options of a link act together.
type Semantics uint8

// The semantics.
const (
	// Router is loss, then a queue, then a transmitter, then delay: a link behind a router's port.
	Router Semantics = iota
	// TC is what the kernel's netem does on the host that sends: one queue ordered by the time to
	// send, in which each packet has its delay before the rate. The limit counts the packets in
	// that queue, so those in flight too.
	TC
)

// LossUnit is what one loss takes.
type LossUnit uint8

// The units.
const (
	LossUnitDefault LossUnit = iota // bursts with semantics TC, packets with Router
	LossPerPacket                   // each packet has its own fate
	LossPerBurst                    // consecutive packets of one burst (GSO) share one fate
)

var (
	semantics = []string{Router: "router", TC: "tc"}
	lossUnits = []string{LossPerPacket: "packet", LossPerBurst: "burst"}
)

// ParseSemantics returns the semantics with this name: router or tc.
func ParseSemantics(name string) (Semantics, error) {
	i, err := indexOf(name, semantics, "semantics")
	return Semantics(i), err
}

// ParseLossUnit returns the unit with this name: packet or burst.
func ParseLossUnit(name string) (LossUnit, error) {
	i, err := indexOf(name, lossUnits, "loss unit")
	return LossUnit(i), err
}

func indexOf(name string, names []string, what string) (int, error) {
	for i, known := range names {
		if known != "" && known == name {
			return i, nil
		}
	}
	return 0, fmt.Errorf("netem: unknown %s %q: known are %s and %s", what, name,
		names[len(names)-2], names[len(names)-1])
}

// String returns the name that ParseSemantics reads.
func (s Semantics) String() string { return nameOf(int(s), semantics, "Semantics") }

// String returns the name that ParseLossUnit reads, and nothing for the default.
func (u LossUnit) String() string { return nameOf(int(u), lossUnits, "LossUnit") }

func nameOf(i int, names []string, kind string) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("%s(%d)", kind, i)
}

// losesBursts reports whether a loss takes a whole burst.
func (c *Config) losesBursts() bool {
	return c.LossUnit == LossPerBurst || c.LossUnit == LossUnitDefault && c.Semantics == TC
}

func (c *Config) validateSemantics() error {
	switch {
	case int(c.Semantics) >= len(semantics):
		return fmt.Errorf("netem: semantics: unknown %d", c.Semantics)
	case int(c.LossUnit) >= len(lossUnits):
		return fmt.Errorf("netem: loss_unit: unknown %d", c.LossUnit)
	case c.Semantics != TC:
		return nil
	case c.Ordered:
		return errors.New("netem: semantics: in tc jitter lets packets overtake: leave ordered out")
	case c.Queue.Discipline != LimitOnly:
		return errors.New("netem: semantics: with tc the only queue is netem's own, with limit: leave queue out")
	case c.CrossTraffic != (CrossTraffic{}):
		return errors.New("netem: semantics: with tc the queue has no cross traffic: leave cross_traffic out")
	case c.Varies():
		return errors.New("netem: semantics: in tc a rate does not change with time")
	case c.Jitter > math.MaxInt32:
		return errors.New("netem: semantics: in tc a jitter is at most 2147483647ns (netem_change() caps it)")
	}
	return nil
}
