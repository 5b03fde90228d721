package scenarios

import (
	"strings"

	"tlslab/netem"
	"tlslab/scenarios/document"
)

// linkRate is the rate of a link, or its schedule of rates: a list of steps, or one text. It
// replaces a trace.
type linkRate struct{ to *netem.Config }

func (l linkRate) constant(to *int64) rate { return rate{to, netem.MinRate, netem.MaxRate} }

func (l linkRate) read(n *document.Node) error {
	text, err := scheduleText(n)
	if err != nil {
		return err
	}
	var bits int64
	var schedule netem.RateSchedule
	if strings.ContainsAny(text, " ,") {
		if schedule, err = netem.ParseRateSchedule(text); err != nil {
			return n.Errorf("%s", strings.TrimPrefix(err.Error(), "netem: "))
		}
	} else if err := l.constant(&bits).read(n); err != nil {
		return err
	}
	l.to.Rate, l.to.RateSchedule, l.to.Trace = bits, schedule, nil
	return nil
}

// scheduleText is the text of a value, or the texts of a list of steps.
func scheduleText(n *document.Node) (string, error) {
	if n.Kind != document.Sequence {
		return n.Scalar()
	}
	steps := make([]string, len(n.Items))
	for i, item := range n.Items {
		text, err := item.Scalar()
		if err != nil {
			return "", err
		}
		steps[i] = text
	}
	if len(steps) == 0 {
		return "", n.Errorf("is empty: a schedule has at least one rate")
	}
	return strings.Join(steps, ", "), nil
}

func (l linkRate) schema() object {
	step := object{"type": "string"}
	return object{"anyOf": []object{
		l.constant(nil).schema(),
		{"type": "string", "pattern": " for "},
		{"type": "array", "items": step, "minItems": 1},
	}}
}

func (l linkRate) isZero() bool { return !l.to.HasRate() }

func (l linkRate) shown() any {
	switch {
	case l.to.Trace != nil:
		return "as in its trace"
	case l.to.Varies():
		return l.to.RateSchedule.String()
	}
	return l.constant(&l.to.Rate).shown()
}

func (l linkRate) amount() (float64, bool) {
	if l.to.Varies() {
		return 0, false
	}
	return l.constant(&l.to.Rate).amount()
}

// linkStart is where in its trace, or schedule of rates, a link begins.
type linkStart struct{ to *netem.Start }

func (l linkStart) read(n *document.Node) error {
	text, err := n.Scalar()
	if err != nil {
		return err
	}
	if text == randomStart {
		*l.to = netem.Start{}
		return nil
	}
	start := netem.Start{Fixed: true}
	if err := (duration{to: &start.At, max: netem.MaxRatePeriod}).read(n); err != nil {
		return err
	}
	*l.to = start
	return nil
}

var randomStart = netem.Start{}.String()

func (linkStart) schema() object {
	return object{"anyOf": []object{{"enum": []string{randomStart}}, durations.schema()}}
}
func (l linkStart) isZero() bool { return !l.to.Fixed }
func (l linkStart) shown() any   { return l.to.String() }
