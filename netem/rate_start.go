package netem

import (
	"fmt"
	"time"
)

// Start is where in its RateSchedule or Trace a link is at the instant 0. The zero value is a
// random place, which each seed draws anew, or the beginning of a schedule that does not repeat.
type Start struct {
	Fixed bool
	At    time.Duration // if Fixed: time since the beginning, 0 to MaxRatePeriod
}

func (s Start) validate() error {
	if !s.Fixed && s.At != 0 {
		return fmt.Errorf("netem: start %v of a link that starts at random", s.At)
	}
	return checkRange("start", "", s.At, 0, MaxRatePeriod)
}

// place is where a link with this seed starts: the time since the beginning of the schedule or
// trace. A period of 0 means that it does not repeat.
func (s Start) place(period time.Duration, seed uint64) time.Duration {
	if s.Fixed || period == 0 {
		return s.At
	}
	return time.Duration(below(newStream(seed, purposeRate).draw(0), uint64(period)))
}

func (p *tcParser) start() (err error) {
	if err = p.want("random or a time"); err != nil {
		return err
	}
	if p.word == randomStart {
		return nil
	}
	p.cfg.Start.Fixed = true
	p.cfg.Start.At, err = p.time()
	return err
}

const randomStart = "random"

// String is "random" or the time.
func (s Start) String() string {
	if !s.Fixed {
		return randomStart
	}
	return formatTime(s.At)
}
