package netem

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// Outage describes the times in which a link loses every packet. One of At, Every and Random says
// when these times begin. The zero value is no outage.
type Outage struct {
	Lasts  time.Duration   // MinSojourn to MaxDelay
	At     []time.Duration // at these instants since the start of the clock, ascending
	Every  time.Duration   // period; the seed decides when in the first period the first one begins
	Random time.Duration   // mean of the exponentially distributed time between two outages
}

func (o *Outage) enabled() bool { return o.Lasts != 0 || o.At != nil || o.Every != 0 || o.Random != 0 }

// maxOutages bounds the list of instants.
const maxOutages = 10_000

func (o *Outage) validate() error {
	if !o.enabled() {
		return nil
	}
	kinds := 0
	for _, used := range []bool{len(o.At) > 0, o.Every != 0, o.Random != 0} {
		if used {
			kinds++
		}
	}
	if kinds != 1 {
		return errors.New("netem: outage: say when: at TIME,TIME…, every TIME or random TIME")
	}
	if err := checkRange("outage", "", o.Lasts, MinSojourn, MaxDelay); err != nil {
		return err
	}
	switch {
	case o.Every != 0 && o.Every <= o.Lasts:
		return errors.New("netem: outage: the period must be longer than the outage")
	case o.Every != 0:
		return checkRange("outage: period", "", o.Every, MinSojourn, MaxDelay)
	case o.Random != 0:
		return checkRange("outage: mean gap", "", o.Random, MinSojourn, MaxDelay)
	case len(o.At) > maxOutages:
		return errors.New("netem: outage: at most 10000 instants")
	}
	for i, at := range o.At {
		if err := checkRange("outage: at", "", at, 0, MaxDelay); err != nil {
			return err
		}
		if i > 0 && at < o.At[i-1]+o.Lasts {
			return errors.New("netem: outage: none may begin before the end of the one before")
		}
	}
	return nil
}

// String is how ParseTC reads the outage, without the word "outage".
func (o *Outage) String() string {
	words := []string{formatTime(o.Lasts)}
	switch {
	case o.Every != 0:
		words = append(words, "every", formatTime(o.Every))
	case o.Random != 0:
		words = append(words, "random", formatTime(o.Random))
	default:
		var at []string
		for _, t := range o.At {
			at = append(at, formatTime(t))
		}
		words = append(words, "at", strings.Join(at, ","))
	}
	return strings.Join(words, " ")
}

// outages computes whether a link is down at an instant. It follows from the instant and the seed
// alone.
type outages struct {
	Outage
	draws      stream
	n          uint64        // ordinal of the outage
	begin, end time.Duration // of outage n, the last one that has not ended; Never: no more
}

func newOutages(c *Config) *outages {
	if !c.Outage.enabled() {
		return nil
	}
	return &outages{Outage: Outage{c.Outage.Lasts, slices.Clone(c.Outage.At), c.Outage.Every, c.Outage.Random}}
}

func (o *outages) reset(seed uint64) {
	o.draws = newStream(seed, purposeOutage)
	o.n, o.end = 0, 0
	o.advance()
}

// advance moves to the next outage.
func (o *outages) advance() {
	switch {
	case o.Random != 0:
		o.begin = o.end + exponentialTime(o.draws.draw(o.n), o.Random)
	case o.Every != 0 && o.n == 0:
		o.begin = time.Duration(below(o.draws.draw(0), uint64(o.Every)))
	case o.Every != 0:
		o.begin += o.Every
	case o.n < uint64(len(o.At)):
		o.begin = o.At[o.n]
	default:
		o.begin, o.end = Never, Never
		return
	}
	o.n++
	o.end = o.begin + o.Lasts
}

// down reports whether the link is down at the instant now, which never decreases. An outage covers
// the instants from begin until before end.
func (o *outages) down(now time.Duration) bool {
	if o.Every != 0 && now-o.end > o.Every {
		skipped := (now - o.end) / o.Every
		o.begin += skipped * o.Every
		o.end += skipped * o.Every
	}
	for o.end <= now {
		o.advance()
	}
	return now >= o.begin
}
