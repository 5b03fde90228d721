package netem

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"time"
)

// A RateSchedule is a rate that changes with time: one step after another. The zero value is no
// schedule.
type RateSchedule struct {
	Steps  []RateStep // at most MaxRateSteps
	Repeat bool       // after the last step the first one follows; else the last step never ends
}

// A RateStep is a part of a RateSchedule with one rate.
type RateStep struct {
	Rate int64         // bit/s, MinRate to MaxRate; 0: an outage, in which nothing is transmitted
	For  time.Duration // above 0; 0 for the last step of a schedule that does not repeat
}

// Bounds of a RateSchedule. The average rate of a schedule that repeats, and the last rate of
// another one, is at least MinRate.
const (
	MaxRateSteps  = 1000
	MaxRatePeriod = 24 * time.Hour // sum of RateStep.For
)

// perPeriod is what the link transmits in one period, in units of 10⁻⁹ bit: at most MaxUint64.
func (s *RateSchedule) perPeriod() (sum uint64) {
	for _, step := range s.Steps {
		hi, lo := bits.Mul64(uint64(step.Rate), uint64(step.For))
		var carry uint64
		if sum, carry = bits.Add64(sum, lo, 0); hi != 0 || carry != 0 {
			return math.MaxUint64
		}
	}
	return sum
}

func (s *RateSchedule) enabled() bool { return len(s.Steps) > 0 }

func (s *RateSchedule) validate() error {
	if !s.enabled() {
		if s.Repeat {
			return errors.New("netem: rate schedule: has no step to repeat")
		}
		return nil
	}
	if len(s.Steps) > MaxRateSteps {
		return fmt.Errorf("netem: rate schedule: %d steps are more than %d", len(s.Steps), MaxRateSteps)
	}
	total := time.Duration(0)
	for i, step := range s.Steps {
		endless := i == len(s.Steps)-1 && !s.Repeat
		if err := step.validate(endless); err != nil {
			return fmt.Errorf("netem: rate schedule, step %d: %w", i+1, err)
		}
		if total += step.For; total > MaxRatePeriod {
			return fmt.Errorf("netem: rate schedule: its steps take more than %v", MaxRatePeriod)
		}
	}
	if s.Repeat && s.perPeriod()/uint64(total) < MinRate {
		return fmt.Errorf("netem: rate schedule: its average is below the minimum of %d bit/s", MinRate)
	}
	return nil
}

func (s RateStep) validate(endless bool) error {
	switch {
	case s.Rate < 0 || s.Rate > MaxRate || s.Rate > 0 && s.Rate < MinRate:
		return fmt.Errorf("rate %d bit/s is not 0, or from %d to %.0f bit/s", s.Rate, MinRate, MaxRate)
	case endless && s.For != 0:
		return errors.New("the last step never ends: leave its duration out, or repeat the schedule")
	case endless && s.Rate == 0:
		return errors.New("the last step never ends, so its rate must not be 0")
	case !endless && s.For <= 0:
		return fmt.Errorf("its duration %v is not above 0", s.For)
	case s.For > MaxRatePeriod:
		return fmt.Errorf("its duration %v is more than %v", s.For, MaxRatePeriod)
	}
	return nil
}

// scheduled transmits at the rate of a RateSchedule.
type scheduled struct {
	steps     []RateStep
	ends      []time.Duration // of the steps, since the schedule began; the last: period, or Never
	period    time.Duration   // 0: the schedule does not repeat
	perPeriod uint64          // see RateSchedule.perPeriod
	start     Start
	at        schedulePlace // of the last transmission
}

// A schedulePlace is the step of a schedule at an instant.
type schedulePlace struct {
	began time.Duration // when the present repetition began; may be negative
	step  int
}

func newScheduled(s RateSchedule, start Start) *scheduled {
	t := &scheduled{steps: s.Steps, perPeriod: s.perPeriod(), start: start}
	end := time.Duration(0)
	for _, step := range s.Steps {
		end += step.For
		t.ends = append(t.ends, end)
	}
	if s.Repeat {
		t.period = end
	} else {
		t.ends[len(t.ends)-1] = Never
	}
	return t
}

func (t *scheduled) reset(seed uint64) {
	t.at = schedulePlace{began: -t.start.place(t.period, seed)}
}

// seek returns the place at an instant that is not before the last transmission.
func (t *scheduled) seek(at time.Duration) schedulePlace {
	p := t.at
	if t.period > 0 && at-p.began >= t.period {
		p.began += (at - p.began) / t.period * t.period
		p.step = 0
	}
	for at-p.began >= t.ends[p.step] {
		p.step++
	}
	return p
}

// begin implements varyingRate: the earliest instant, not before at, at which the rate is above 0.
func (t *scheduled) begin(at time.Duration, _ bool) time.Duration {
	p := t.seek(at)
	for t.steps[p.step].Rate == 0 {
		at = p.began + t.ends[p.step]
		t.advance(&p)
	}
	return at
}

func (t *scheduled) advance(p *schedulePlace) {
	if p.step++; p.step == len(t.steps) {
		p.began += t.period
		p.step = 0
	}
}

// transmit integrates the rate from at on. It rounds down to a nanosecond, as serialisation does.
func (t *scheduled) transmit(at time.Duration, size int32) time.Duration {
	t.at = t.seek(at)
	left := uint64(size) * 8 * uint64(time.Second) // 10⁻⁹ bit
	if t.period > 0 && left > t.perPeriod {
		periods := time.Duration((left - 1) / t.perPeriod)
		left -= uint64(periods) * t.perPeriod
		at += periods * t.period
		t.at.began += periods * t.period
	}
	for {
		rate, remains := uint64(t.steps[t.at.step].Rate), t.at.began+t.ends[t.at.step]-at
		if rate > 0 {
			if took := left / rate; took <= uint64(remains) {
				return at + time.Duration(took)
			}
			left -= rate * uint64(remains)
		}
		at += remains
		t.advance(&t.at)
	}
}

func (t *scheduled) rewind(warmUp time.Duration) { t.at.began -= wholePeriods(warmUp, t.period) }

// wholePeriods rounds a time up to whole periods. A rate without a period has none: before the
// instant 0 it is that of its first step.
func wholePeriods(d, period time.Duration) time.Duration {
	if period == 0 {
		return 0
	}
	return (d + period - 1) / period * period
}
