package scenarios

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"

	"tlslab/scenarios/document"
)

// The types of values that are numbers. Bounds are inclusive; a max of 0 is the type's own.
type (
	// duration is a time with its unit: 25ms, 0.5ms, 100us, 1s; at most 24 hours.
	duration struct {
		to       *time.Duration
		min, max time.Duration
	}
	// fraction is written in percent, 1%, and kept as a fraction, 0.01; from 0% to 100%.
	fraction struct{ to *float64 }
	// size is a number of bytes with its unit: 500B, 10kB (10,000), 16KiB (16,384); at most 1 GiB.
	size struct {
		to       *int
		min, max int
	}
	// rate is bits per second with its unit, as tc writes it: 50mbit.
	rate struct {
		to       *int64
		min, max int64
	}
	// count is a whole number without unit, of at most 2³¹-1.
	count struct {
		to       *int
		min, max int
	}
	// multiple is a positive number without unit, such as a slowdown of 6 or 1.5.
	multiple struct{ to *float64 }
	// boolean is true or false.
	boolean struct{ to *bool }
	// text is any text of at most max characters without white space or control characters.
	text struct {
		to  *string
		max int
	}
)

// A unit and its worth in the quantity's own unit (ns, bytes, bit/s, 1 for percent).
type unit struct {
	name  string
	worth int64
}

// A dimension is what a quantity measures, with the units it may be written in.
type dimension struct {
	what    string
	example string
	units   []unit
}

var (
	durations = dimension{"a duration", "25ms", []unit{{"ns", 1}, {"us", 1e3}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"min", 60e9}}}
	fractions = dimension{"a percentage", "1%", []unit{{"%", 1}}}
	sizes     = dimension{"a size", "16KiB", []unit{{"B", 1}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}}}
	rates     = dimension{"a rate", "50mbit", []unit{{"bit", 1}, {"kbit", 1e3}, {"mbit", 1e6}, {"gbit", 1e9}}}
)

func (d dimension) names() []string {
	names := make([]string, len(d.units))
	for i, u := range d.units {
		names[i] = u.name
	}
	return names
}

// choice lists the units where there are several.
func (d dimension) choice() string {
	if len(d.units) == 1 {
		return ""
	}
	return " (" + strings.Join(d.names(), ", ") + ")"
}

var number = regexp.MustCompile(`^[+-]?(?:\d+(?:\.\d*)?|\.\d+)`)

// parse returns the exact worth of a quantity that is not negative, in the dimension's own unit.
func (d dimension) parse(n *document.Node) (*big.Rat, error) {
	text, err := n.Scalar()
	if err != nil {
		return nil, err
	}
	digits := number.FindString(text)
	switch {
	case digits == "":
		return nil, n.Errorf("%q is not %s: write a number and a unit, such as %s", text, d.what, d.example)
	case len(digits) > maxDigits:
		return nil, n.Errorf("%s… has %d digits: at most %d", digits[:maxDigits], len(digits), maxDigits)
	}
	name := strings.TrimLeft(text[len(digits):], " ")
	if name == "" {
		return nil, n.Errorf("%s has no unit: write %s such as %s%s", text, d.what, d.example, d.choice())
	}
	for _, u := range d.units {
		if u.name != name {
			continue
		}
		value, _ := new(big.Rat).SetString(strings.TrimSuffix(digits, "."))
		if value.Sign() < 0 {
			return nil, n.Errorf("%s is negative: %s starts at 0", text, d.what)
		}
		return value.Mul(value, new(big.Rat).SetInt64(u.worth)), nil
	}
	hint := didYouMean(name, d.names())
	if strings.HasSuffix(strings.ToLower(name), "bps") {
		// tc(8) reads mbps as megabytes a second, most people as megabits.
		hint = " (bits a second are bit, kbit, …; bytes a second, bps in tc, are 8 times as many bits)"
	}
	return nil, n.Errorf("%q is not a unit of %s%s: %s", name, d.what, hint, strings.Join(d.names(), ", "))
}

// maxDigits bounds how long a number is written.
const maxDigits = 40

// whole is parse for a quantity that is a whole number of its own unit, within bounds.
func (d dimension) whole(n *document.Node, least, most int64) (int64, error) {
	value, err := d.parse(n)
	if err != nil {
		return 0, err
	}
	switch {
	case !value.IsInt():
		return 0, n.Errorf("%s is not a whole number of %s", n.Text, d.units[0].name)
	case !value.Num().IsInt64() || value.Num().Int64() > most:
		return 0, n.Errorf("%s is too much: at most %s", n.Text, d.format(most))
	case value.Num().Int64() < least:
		return 0, n.Errorf("%s is too little: at least %s", n.Text, d.format(least))
	}
	return value.Num().Int64(), nil
}

// format writes an amount with the largest unit that keeps it whole.
func (d dimension) format(amount int64) string {
	best := d.units[0]
	for _, u := range d.units {
		if u.worth > best.worth && amount%u.worth == 0 && amount != 0 {
			best = u
		}
	}
	return fmt.Sprint(amount/best.worth, best.name)
}

// schema is a number and one of the dimension's units.
func (d dimension) schema() object {
	units := strings.Join(d.names(), "|")
	return object{"type": "string", "pattern": `^\+?([0-9]+(\.[0-9]*)?|\.[0-9]+) *(` + units + `)$`, "examples": []string{d.example}}
}

// durationLimit is the most that a duration may be.
const durationLimit = 24 * time.Hour

func (d duration) read(n *document.Node) error {
	most := d.max
	if most == 0 {
		most = durationLimit
	}
	ns, err := durations.whole(n, int64(d.min), int64(most))
	if err == nil {
		*d.to = time.Duration(ns)
	}
	return err
}

func (duration) schema() object { return durations.schema() }
func (d duration) isZero() bool { return *d.to == 0 }
func (d duration) shown() any   { return formatDuration(*d.to) }

func (d duration) amount() (float64, bool) { return float64(*d.to), true }

// formatDuration writes a duration with the largest unit that keeps it whole: 25ms, 1500us, 90s.
func formatDuration(d time.Duration) string {
	for _, u := range []unit{{"s", 1e9}, {"ms", 1e6}, {"us", 1e3}} {
		if d != 0 && int64(d)%u.worth == 0 {
			return fmt.Sprint(int64(d)/u.worth, u.name)
		}
	}
	if d == 0 {
		return "0s"
	}
	return fmt.Sprint(int64(d), "ns")
}

func (f fraction) read(n *document.Node) error {
	percent, err := fractions.parse(n)
	if err != nil {
		return err
	}
	if percent.Cmp(big.NewRat(100, 1)) > 0 {
		return n.Errorf("%s is more than 100%%", n.Text)
	}
	*f.to, _ = percent.Quo(percent, big.NewRat(100, 1)).Float64()
	return nil
}

func (fraction) schema() object { return fractions.schema() }
func (f fraction) isZero() bool { return *f.to == 0 }
func (f fraction) shown() any   { return formatPercent(*f.to) }

func (f fraction) amount() (float64, bool) { return *f.to, true }

// maxSize is the most that a size may be, in bytes.
const maxSize = 1 << 30

func (s size) read(n *document.Node) error {
	most := s.max
	if most == 0 {
		most = maxSize
	}
	bytes, err := sizes.whole(n, int64(s.min), int64(most))
	if err == nil {
		*s.to = int(bytes)
	}
	return err
}

func (size) schema() object { return sizes.schema() }
func (s size) isZero() bool { return *s.to == 0 }
func (s size) shown() any   { return fmt.Sprintf("%dB", *s.to) }

func (s size) amount() (float64, bool) { return float64(*s.to), true }

func (r rate) read(n *document.Node) error {
	bits, err := rates.whole(n, r.min, r.max)
	if err == nil {
		*r.to = bits
	}
	return err
}

func (rate) schema() object { return rates.schema() }
func (r rate) isZero() bool { return *r.to == 0 }
func (r rate) shown() any   { return rates.format(*r.to) }

// amount has no number for an unlimited rate, which is kept as 0.
func (r rate) amount() (float64, bool) { return float64(*r.to), *r.to != 0 }

func (c count) most() int {
	if c.max == 0 {
		return math.MaxInt32
	}
	return c.max
}

func (c count) read(n *document.Node) error {
	text, err := n.Scalar()
	if err != nil {
		return err
	}
	value, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err == nil && value < 0 && c.min == 0:
		return n.Errorf("%s is negative: a count starts at 0", text)
	case err == nil && value > int64(c.most()), errors.Is(err, strconv.ErrRange):
		return n.Errorf("%s is too much: at most %d", text, c.most())
	case err == nil && value < int64(c.min):
		return n.Errorf("%s is too little: at least %d", text, c.min)
	case err == nil:
		*c.to = int(value)
		return nil
	case number.MatchString(text) && strings.Trim(number.ReplaceAllString(text, ""), " ") != "":
		return n.Errorf("%s: a count is a whole number without unit", text)
	}
	return n.Errorf("%q is not a count: write a whole number", text)
}

func (c count) schema() object {
	o := object{"type": "integer", "minimum": c.min}
	if c.max != 0 {
		o["maximum"] = c.max
	}
	return o
}
func (c count) isZero() bool { return *c.to == 0 }
func (c count) shown() any   { return *c.to }

func (c count) amount() (float64, bool) { return float64(*c.to), true }

// maxMultiple is the most that a multiple may be.
const maxMultiple = 1e6

func (m multiple) read(n *document.Node) error {
	text, err := n.Scalar()
	if err != nil {
		return err
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(value, 0) || math.IsNaN(value) {
		return n.Errorf("%q is not a multiple: write a number without unit, such as 1 or 2.5", text)
	}
	if value <= 0 || value > maxMultiple {
		return n.Errorf("%s is out of range: a multiple is greater than 0 and at most %d", text, int(maxMultiple))
	}
	*m.to = value
	return nil
}

func (multiple) schema() object {
	return object{"type": "number", "exclusiveMinimum": 0, "maximum": maxMultiple}
}
func (m multiple) isZero() bool { return *m.to == 0 }
func (m multiple) shown() any   { return *m.to }

func (m multiple) amount() (float64, bool) { return *m.to, true }

func (b boolean) read(n *document.Node) error {
	text, err := n.Scalar()
	if err != nil {
		return err
	}
	if text != "true" && text != "false" {
		return n.Errorf("%q is neither true nor false", text)
	}
	*b.to = text == "true"
	return nil
}

func (boolean) schema() object { return object{"type": "boolean"} }
func (boolean) isZero() bool   { return false }
func (b boolean) shown() any   { return *b.to }

func (t text) read(n *document.Node) error {
	text, err := n.Scalar()
	if err != nil {
		return err
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return n.Errorf("%q has a space or a control character", text)
	}
	if t.max > 0 && len(text) > t.max {
		return n.Errorf("has %d bytes: at most %d", len(text), t.max)
	}
	*t.to = text
	return nil
}

func (text) schema() object {
	return object{"type": []string{"string", "number"}, "pattern": `^\S+$`}
}
func (t text) isZero() bool { return *t.to == "" }
func (t text) shown() any   { return *t.to }

// boundsOf says between which values a number is, if its type does not say it.
func boundsOf(v value) string {
	switch v := v.(type) {
	case count:
		return between(v.min != 0, v.max != 0, fmt.Sprint(v.min), fmt.Sprint(v.max))
	case size:
		return between(v.min != 0, v.max != 0, sizes.format(int64(v.min)), sizes.format(int64(v.max)))
	case duration:
		return between(v.min != 0, v.max != 0, formatDuration(v.min), formatDuration(v.max))
	}
	return ""
}

func between(hasMin, hasMax bool, least, most string) string {
	switch {
	case hasMin && hasMax:
		return least + " to " + most
	case hasMin:
		return "at least " + least
	case hasMax:
		return "at most " + most
	}
	return ""
}
