package netem

import "strings"

// ParseRateSchedule parses a schedule of rates, its steps separated by commas:
//
//	20mbit for 10s, 2mbit for 2s, 20mbit            the last step never ends
//	20mbit for 14.9s, 0bit for 100ms, repeat        and so on for ever
//
// The units are those of ParseTC. An error is a *SyntaxError or one of Config.Validate.
func ParseRateSchedule(text string) (RateSchedule, error) {
	p := tcParser{line: text}
	if err := p.want("a rate"); err != nil {
		return RateSchedule{}, err
	}
	s, err := p.rateSchedule()
	switch {
	case err != nil:
		return RateSchedule{}, err
	case p.next():
		return RateSchedule{}, p.fault("the schedule has ended: a comma stands before each further step")
	}
	return s, s.validate()
}

// isSchedule reports whether the current word, a rate, begins a schedule.
func (p *tcParser) isSchedule() bool {
	ahead := *p
	return strings.HasSuffix(p.word, ",") || ahead.next() && strings.TrimSuffix(ahead.word, ",") == "for"
}

// endsStep takes the comma off the current word, and reports whether it had one.
func (p *tcParser) endsStep() bool {
	word, comma := strings.CutSuffix(p.word, ",")
	p.word = word
	return comma
}

// rateSchedule parses the steps of a schedule. The current word is the first rate.
func (p *tcParser) rateSchedule() (s RateSchedule, err error) {
	for more := true; more; {
		if len(s.Steps) == MaxRateSteps {
			return s, p.fault("the schedule has too many steps")
		}
		var step RateStep
		more = p.endsStep()
		if p.word == "repeat" {
			if s.Repeat = true; more || len(s.Steps) == 0 {
				return s, p.fault("is the last word of a schedule of rates")
			}
			return s, nil
		}
		if step.Rate, err = p.quantity(rateUnits); err != nil {
			return s, err
		}
		if ahead := *p; !more && ahead.next() && ahead.word == "for" {
			*p = ahead
			if err = p.want("a time"); err != nil {
				return s, err
			}
			more = p.endsStep()
			if step.For, err = p.time(); err != nil {
				return s, err
			}
			if step.For == 0 {
				return s, p.fault("a step of a schedule lasts longer than 0")
			}
		}
		s.Steps = append(s.Steps, step)
		if more && step.For == 0 {
			return s, p.fault("needs a duration, since another step follows, as in: 20mbit for 10s")
		}
		if more {
			if err = p.want("a rate, or repeat, behind the comma"); err != nil {
				return s, err
			}
		}
	}
	return s, nil
}

// String is the schedule as ParseRateSchedule reads it.
func (s RateSchedule) String() string {
	var steps []string
	for _, step := range s.Steps {
		text := "0bit"
		if step.Rate != 0 {
			text = formatQuantity(step.Rate, rateUnits)
		}
		if step.For != 0 {
			text += " for " + formatTime(step.For)
		}
		steps = append(steps, text)
	}
	if s.Repeat {
		steps = append(steps, "repeat")
	}
	return strings.Join(steps, ", ")
}

func (p *tcParser) trace() error {
	return p.fault("a trace is a file and has a setting of its own")
}
