package netem

import (
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A unit is the suffix of a quantity and its value in the base unit. Upper and lower case are
// equal, as in tc.
type unit struct {
	name  string
	scale uint64
}

// timeUnits are the units of get_time64() in lib/utils.c of iproute2, in nanoseconds.
var timeUnits = []unit{
	{"s", 1e9}, {"sec", 1e9}, {"secs", 1e9},
	{"ms", 1e6}, {"msec", 1e6}, {"msecs", 1e6},
	{"us", 1e3}, {"usec", 1e3}, {"usecs", 1e3},
	{"ns", 1}, {"nsec", 1}, {"nsecs", 1},
}

// rateUnits are the units of get_rate64() in lib/utils_math.c of iproute2, in bit/s.
var rateUnits = []unit{
	{"tbit", 1e12}, {"gbit", 1e9}, {"mbit", 1e6}, {"kbit", 1e3}, {"bit", 1}, {"", 1},
	{"tibit", 1 << 40}, {"gibit", 1 << 30}, {"mibit", 1 << 20}, {"kibit", 1 << 10},
	{"tbps", 8e12}, {"gbps", 8e9}, {"mbps", 8e6}, {"kbps", 8e3}, {"bps", 8},
	{"tibps", 8 << 40}, {"gibps", 8 << 30}, {"mibps", 8 << 20}, {"kibps", 8 << 10},
}

// quantity parses the current word, a decimal number and one of the units, and returns it in the
// base unit, rounded to an integer. It computes in integers only.
func (p *tcParser) quantity(units []unit) (int64, error) {
	number, suffix := splitNumber(p.word)
	negative := strings.HasPrefix(number, "-")
	whole, fraction, _ := strings.Cut(strings.TrimLeft(number, "+-"), ".")
	digits := whole + fraction
	mantissa, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || len(digits) > 18 {
		return 0, p.fault("not a number of at most 18 digits")
	}
	for _, u := range units {
		if !strings.EqualFold(u.name, suffix) {
			continue
		}
		power := uint64(1)
		for range fraction {
			power *= 10
		}
		hi, lo := bits.Mul64(mantissa, u.scale)
		lo, carry := bits.Add64(lo, power/2, 0)
		if hi += carry; hi >= power {
			return 0, p.fault("too large")
		}
		v, _ := bits.Div64(hi, lo, power)
		if v > math.MaxInt64 {
			return 0, p.fault("too large")
		}
		if negative {
			return -int64(v), nil
		}
		return int64(v), nil
	}
	return 0, p.fault("unknown unit: known are " + unitNames(units))
}

// time parses the current word as a time. Zero needs no unit.
func (p *tcParser) time() (time.Duration, error) {
	if p.word == "0" {
		return 0, nil
	}
	if _, suffix := splitNumber(p.word); suffix == "" {
		return 0, p.fault("a time needs a unit, such as 25ms")
	}
	v, err := p.quantity(timeUnits)
	return time.Duration(v), err
}

// percent parses the current word as a percentage, with or without "%", and returns it as a
// fraction.
func (p *tcParser) percent() (float64, error) {
	number, suffix := splitNumber(p.word)
	v, err := strconv.ParseFloat(number+"e-2", 64)
	if err != nil || suffix != "" && suffix != "%" {
		return 0, p.fault("not a percentage")
	}
	return v, nil
}

// splitNumber splits a word into a decimal number and the suffix behind it.
func splitNumber(word string) (number, suffix string) {
	number = strings.TrimLeft(word, "+-")
	number = strings.TrimLeft(number, "0123456789.")
	return word[:len(word)-len(number)], number
}

func unitNames(units []unit) string {
	var names []string
	for _, u := range units {
		if u.name != "" {
			names = append(names, u.name)
		}
	}
	return strings.Join(names, ", ")
}

// byteUnits are the units of bytes. As in the International System, k is 1000 and Ki is 1024; tc(8)
// reads kb as 1024 bytes, so that spelling is refused.
var byteUnits = []unit{{"MB", 1e6}, {"kB", 1e3}, {"B", 1}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"", 1}}

// bytes parses the current word as a number of bytes.
func (p *tcParser) bytes() (int64, error) {
	_, suffix := splitNumber(p.word)
	if !slices.ContainsFunc(byteUnits, func(u unit) bool { return u.name == suffix }) {
		return 0, p.fault("not a number of bytes: the units are B, kB (1000), MB, KiB (1024), MiB")
	}
	return p.quantity(byteUnits)
}

// wholeNumber parses the current word as a number without unit.
func (p *tcParser) wholeNumber() (int64, error) {
	v, err := strconv.ParseInt(p.word, 10, 64)
	if err != nil {
		return 0, p.fault("not a whole number")
	}
	return v, nil
}

func formatBytes(v int64) string {
	if v == 0 {
		return "0B"
	}
	return formatQuantity(v, byteUnits[:3])
}
