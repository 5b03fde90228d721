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

	"github.com/goccy/go-yaml/ast"
)

// The types of values in a scenario. Each reads itself from a YAML node; its error carries the node's place.
type (
	// Duration is a time with its unit: 25ms, 0.5ms, 100us, 1s.
	Duration time.Duration
	// Fraction is written in percent, 1%, and kept as a fraction, 0.01; from 0% to 100%.
	Fraction float64
	// Size is a number of bytes with its unit: 500B, 10kB (10,000), 16KiB (16,384).
	Size int
	// Rate is bits per second with its unit, as tc writes it: 50mbit.
	Rate int64
	// Count is a whole number without unit, from 0.
	Count int
	// Multiple is a positive number without unit, such as a slowdown of 6 or 1.5.
	Multiple float64
	// Switch is true or false.
	Switch bool
	// Text is any text without white space or control characters.
	Text string
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
func (d dimension) parse(n ast.Node) (*big.Rat, error) {
	text, err := scalar(n)
	if err != nil {
		return nil, err
	}
	digits := number.FindString(text)
	if digits == "" {
		return nil, wrong(n, "%q is not %s: write a number and a unit, such as %s", text, d.what, d.example)
	}
	name := strings.TrimLeft(text[len(digits):], " ")
	if name == "" {
		return nil, wrong(n, "%s has no unit: write %s such as %s%s", text, d.what, d.example, d.choice())
	}
	for _, u := range d.units {
		if u.name != name {
			continue
		}
		value, _ := new(big.Rat).SetString(strings.TrimSuffix(digits, "."))
		if value.Sign() < 0 {
			return nil, wrong(n, "%s is negative: %s starts at 0", text, d.what)
		}
		return value.Mul(value, new(big.Rat).SetInt64(u.worth)), nil
	}
	return nil, wrong(n, "%q is not a unit of %s%s: %s", name, d.what, didYouMean(name, d.names()), strings.Join(d.names(), ", "))
}

// whole is parse for a quantity that must come out as a whole number of its own unit, of at most limit.
func (d dimension) whole(n ast.Node, limit int64) (int64, error) {
	value, err := d.parse(n)
	if err != nil {
		return 0, err
	}
	smallest := d.units[0].name
	if !value.IsInt() {
		return 0, wrong(n, "%s is not a whole number of %s", position(n).Value, smallest)
	}
	if !value.Num().IsInt64() || value.Num().Int64() > limit {
		return 0, wrong(n, "%s is too much: at most %s", position(n).Value, d.format(limit))
	}
	return value.Num().Int64(), nil
}

// format writes an amount with the largest unit that keeps it whole.
func (d dimension) format(amount int64) string {
	best := d.units[0]
	for _, u := range d.units {
		if u.worth > best.worth && amount%u.worth == 0 {
			best = u
		}
	}
	return fmt.Sprint(amount/best.worth, best.name)
}

// UnmarshalYAML takes a duration of at least 0; finer than a nanosecond is an error.
func (d *Duration) UnmarshalYAML(n ast.Node) error {
	ns, err := durations.whole(n, int64(24*time.Hour))
	if err == nil {
		*d = Duration(ns)
	}
	return err
}

// UnmarshalYAML takes 0% to 100%.
func (f *Fraction) UnmarshalYAML(n ast.Node) error {
	percent, err := fractions.parse(n)
	if err != nil {
		return err
	}
	if percent.Cmp(big.NewRat(100, 1)) > 0 {
		return wrong(n, "%s is more than 100%%", position(n).Value)
	}
	value, _ := percent.Quo(percent, big.NewRat(100, 1)).Float64()
	*f = Fraction(value)
	return nil
}

// maxSize is the most that a size may be, in bytes.
const maxSize = 1 << 30

// UnmarshalYAML takes a whole number of bytes of at most 1 GiB.
func (s *Size) UnmarshalYAML(n ast.Node) error {
	bytes, err := sizes.whole(n, maxSize)
	if err == nil {
		*s = Size(bytes)
	}
	return err
}

// UnmarshalYAML takes a whole number of bits per second.
func (r *Rate) UnmarshalYAML(n ast.Node) error {
	bits, err := rates.whole(n, 1e15)
	if err == nil {
		*r = Rate(bits)
	}
	return err
}

// UnmarshalYAML takes a whole number of at least 0, without unit.
func (c *Count) UnmarshalYAML(n ast.Node) error {
	text, err := scalar(n)
	if err != nil {
		return err
	}
	value, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err == nil && value < 0:
		return wrong(n, "%s is negative: a count starts at 0", text)
	case err == nil && value > math.MaxInt32, errors.Is(err, strconv.ErrRange):
		return wrong(n, "%s is too much: at most %d", text, math.MaxInt32)
	case err == nil:
		*c = Count(value)
		return nil
	case number.MatchString(text) && strings.Trim(number.ReplaceAllString(text, ""), " ") != "":
		return wrong(n, "%s: a count is a whole number without unit", text)
	}
	return wrong(n, "%q is not a count: write a whole number", text)
}

// UnmarshalYAML takes a number greater than 0, without unit.
func (m *Multiple) UnmarshalYAML(n ast.Node) error {
	text, err := scalar(n)
	if err != nil {
		return err
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(value, 0) || math.IsNaN(value) {
		return wrong(n, "%q is not a multiple: write a number without unit, such as 1 or 2.5", text)
	}
	if value <= 0 || value > 1e6 {
		return wrong(n, "%s is out of range: a multiple is greater than 0 and at most 1000000", text)
	}
	*m = Multiple(value)
	return nil
}

// UnmarshalYAML takes true or false.
func (s *Switch) UnmarshalYAML(n ast.Node) error {
	text, err := scalar(n)
	if err != nil {
		return err
	}
	if text != "true" && text != "false" {
		return wrong(n, "%q is neither true nor false", text)
	}
	*s = text == "true"
	return nil
}

// UnmarshalYAML takes one word.
func (t *Text) UnmarshalYAML(n ast.Node) error {
	text, err := scalar(n)
	if err != nil {
		return err
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return wrong(n, "%q has a space or a control character", text)
	}
	*t = Text(text)
	return nil
}

// scalar returns the text of a node that is one value, as it was written and without its quotes.
func scalar(n ast.Node) (string, error) {
	switch n := n.(type) {
	case *ast.LiteralNode:
		return strings.TrimSpace(n.Value.Value), nil
	case *ast.NullNode:
		return "", wrong(n, "has no value")
	case *ast.StringNode:
		if n.Value == "" {
			return "", wrong(n, "has an empty value")
		}
		return n.Value, nil
	case *ast.MappingNode, *ast.MappingValueNode:
		return "", wrong(n, "wants one value, not a mapping")
	case *ast.SequenceNode:
		return "", wrong(n, "wants one value, not a list")
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		return "", wrong(n, "anchors, aliases and tags are not part of the language: write the value out")
	}
	return n.GetToken().Value, nil
}

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
