package netem

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Arrivals is how the packets of cross traffic follow one another.
type Arrivals uint8

// The arrival processes.
const (
	NoCrossTraffic Arrivals = iota
	Poisson                 // independently: the time between two packets is exponential
	Constant                // at a constant rate (CBR)
	OnOff                   // at a constant rate in on times, between exponential on and off times
)

// CrossTraffic describes packets of other senders, which share the queue and the transmitter with
// the link's packets and disappear behind the transmitter. These senders do not react to loss or
// delay. The zero value is no cross traffic.
type CrossTraffic struct {
	Arrivals Arrivals

	// Rate is the mean rate of the packets in bit/s. Load is the mean rate in millionths of
	// Config.Rate. One of the two is set.
	Rate, Load int64

	Size   int           // bytes of each IP packet; 0: 1500
	Sizes  SizeMix       // in place of Size
	Flows  int           // number of flows; each packet belongs to one at random; 0: one flow
	On     time.Duration // mean on time of OnOff
	Off    time.Duration // mean off time of OnOff
	WarmUp time.Duration // how long before the instant 0 the traffic begins; 0: see DefaultWarmUp
}

// SizeMix is a distribution of packet sizes.
type SizeMix uint8

// IMIX is the simple Internet mix of test equipment: of 12 packets, 7 have 40 bytes, 4 have 576 and
// 1 has 1500. RFC 6985 describes how such mixes are named.
const IMIX SizeMix = 1

// DefaultWarmUp is the default of CrossTraffic.WarmUp, unless ten on times and ten off times
// together are longer.
const DefaultWarmUp = time.Second

// maxLoad bounds CrossTraffic.Load: ten times the rate.
const maxLoad = 10_000_000

var arrivalNames = [...]string{Poisson: "poisson", Constant: "constant", OnOff: "on-off"}

// crossTrafficOptions are the settings, in the order in which they are printed.
var crossTrafficOptions = []option[CrossTraffic]{
	optionOf("rate", rateQuantity, MinRate, MaxRate, func(c *CrossTraffic) *int64 { return &c.Rate }),
	optionOf("load", shareQuantity, 1, maxLoad, func(c *CrossTraffic) *int64 { return &c.Load }),
	optionOf("size", byteCount, 20, 65535, func(c *CrossTraffic) *int { return &c.Size }),
	wordsOf(func(c *CrossTraffic) *SizeMix { return &c.Sizes }, "imix"),
	optionOf("flows", plainCount, 1, 65536, func(c *CrossTraffic) *int { return &c.Flows }),
	optionOf("on", timeQuantity, time.Microsecond, maxQueueTime, func(c *CrossTraffic) *time.Duration { return &c.On }),
	optionOf("off", timeQuantity, time.Microsecond, maxQueueTime, func(c *CrossTraffic) *time.Duration { return &c.Off }),
	optionOf("warmup", timeQuantity, time.Microsecond, maxQueueTime, func(c *CrossTraffic) *time.Duration { return &c.WarmUp }),
}

// ParseCrossTraffic parses cross traffic:
//
//	poisson|constant|on-off load PERCENT|rate RATE [size BYTES|imix] [flows NUMBER]
//	    [on TIME off TIME] [warmup TIME]
//
// on and off belong to on-off. An error is a *SyntaxError or an error of CrossTraffic.Validate.
func ParseCrossTraffic(line string) (CrossTraffic, error) {
	p := tcParser{line: line}
	if !p.next() {
		return CrossTraffic{}, errors.New("netem: no cross traffic: begin with poisson, constant or on-off")
	}
	if err := p.crossTraffic(); err != nil {
		return CrossTraffic{}, err
	}
	if p.next() {
		return CrossTraffic{}, p.fault("cross traffic has no such option: it has " +
			optionNames(crossTrafficOptions))
	}
	return p.cfg.CrossTraffic, p.cfg.CrossTraffic.Validate()
}

// crossTraffic parses cross traffic from the current word to the last word that belongs to it.
func (p *tcParser) crossTraffic() error {
	c := &p.cfg.CrossTraffic
	for a, name := range arrivalNames {
		if name != "" && name == p.word {
			c.Arrivals = Arrivals(a)
		}
	}
	if c.Arrivals == NoCrossTraffic {
		return p.fault("unknown arrivals: known are poisson, constant and on-off")
	}
	options := optionReader[CrossTraffic]{name: "cross traffic", options: crossTrafficOptions, into: c}
	for {
		word, at, end := p.word, p.at, p.end
		if !p.next() {
			return nil
		}
		known, err := options.read(p)
		if err != nil {
			return err
		}
		if !known {
			p.word, p.at, p.end = word, at, end
			return nil
		}
	}
}

func (p *tcParser) crossTrafficOption() error {
	if err := p.want("arrivals, such as poisson"); err != nil {
		return err
	}
	return p.crossTraffic()
}

// String returns the cross traffic as a line for ParseCrossTraffic: for none, the empty line.
func (c CrossTraffic) String() string {
	if c.Arrivals == NoCrossTraffic || int(c.Arrivals) >= len(arrivalNames) {
		return ""
	}
	words := []string{arrivalNames[c.Arrivals]}
	for i := range crossTrafficOptions {
		o := &crossTrafficOptions[i]
		if v := o.get(&c); v != 0 {
			words = append(words, o.show(v))
		}
	}
	return strings.Join(words, " ")
}

// Validate returns the first error.
func (c *CrossTraffic) Validate() error {
	if c.Arrivals == NoCrossTraffic && *c == (CrossTraffic{}) {
		return nil
	}
	if err := c.validate(); err != nil {
		return fmt.Errorf("netem: cross traffic: %w", err)
	}
	return nil
}

func (c *CrossTraffic) validate() error {
	if c.Arrivals == NoCrossTraffic || int(c.Arrivals) >= len(arrivalNames) {
		return errors.New("unknown arrivals: known are poisson, constant and on-off")
	}
	for i := range crossTrafficOptions {
		o := &crossTrafficOptions[i]
		if err := o.check(o.get(c)); err != nil {
			return err
		}
	}
	switch {
	case (c.Rate == 0) == (c.Load == 0):
		return errors.New("needs either a load or a rate, as in: poisson load 80%")
	case c.Size != 0 && c.Sizes != 0:
		return errors.New("give a size or imix, not both")
	case c.Arrivals == OnOff && (c.On == 0 || c.Off == 0):
		return errors.New("on-off needs both times, as in: on-off load 40% on 500ms off 500ms")
	case c.Arrivals != OnOff && (c.On != 0 || c.Off != 0):
		return errors.New("on and off belong to on-off")
	}
	return nil
}

// validateCrossTraffic also checks what depends on the link.
func (c *Config) validateCrossTraffic() error {
	x := &c.CrossTraffic
	if err := x.Validate(); err != nil || x.Arrivals == NoCrossTraffic {
		return err
	}
	rate := x.meanRate(c.Rate)
	switch {
	case !c.HasRate() && !c.Queue.Shapes():
		return errors.New("netem: cross traffic: a link without a rate has no queue to share")
	case x.Load != 0 && c.Rate == 0:
		return errors.New("netem: cross traffic: a load is a share of rate, which the link does not have: give a rate")
	case rate < MinRate:
		return fmt.Errorf("netem: cross traffic: its rate of %d bit/s is below the minimum of %d bit/s", rate, MinRate)
	case rate > MaxRate:
		return fmt.Errorf("netem: cross traffic: its rate of %d bit/s is above the maximum of %.0f bit/s", rate, float64(MaxRate))
	case c.Rate != 0 && rate >= c.Rate && c.Limit == 0 && c.Queue.Discipline == LimitOnly:
		return errors.New("netem: cross traffic: its load is the whole rate or more, so the queue is always full: set limit or queue")
	}
	return nil
}

// meanRate is the mean rate in bit/s on a link of linkRate bit/s.
func (c *CrossTraffic) meanRate(linkRate int64) int64 {
	if c.Load == 0 {
		return c.Rate
	}
	return int64(min(mulDiv(uint64(linkRate), uint64(c.Load), 1_000_000), 2*MaxRate))
}

// warmUp is the time before the instant 0 at which the traffic begins.
func (c *CrossTraffic) warmUp() time.Duration {
	if c.WarmUp != 0 {
		return c.WarmUp
	}
	return max(DefaultWarmUp, 10*(c.On+c.Off))
}
