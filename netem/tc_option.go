package netem

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An option is a setting of a part of a link in the words of tc(8), and a field of C.
type option[C any] struct {
	words    []string  // of an option with a value: the word before it; else one for 1, 2, …
	quantity *quantity // of the value; nil: the option has no value
	lo, hi   int64     // bounds of the value
	get      func(*C) int64
	set      func(*C, int64)
}

// optionOf is an option with a value from lo to hi.
func optionOf[C any, T ~int | ~int64](word string, q *quantity, lo, hi T, at func(*C) *T) option[C] {
	return option[C]{[]string{word}, q, int64(lo), int64(hi),
		func(c *C) int64 { return int64(*at(c)) },
		func(c *C, v int64) { *at(c) = T(v) }}
}

// wordsOf is an option of words without a value.
func wordsOf[C any, T ~uint8](at func(*C) *T, words ...string) option[C] {
	return option[C]{words, nil, 1, int64(len(words)),
		func(c *C) int64 { return int64(*at(c)) },
		func(c *C, v int64) { *at(c) = T(v) }}
}

// show writes the option with its value v, which is not 0.
func (o *option[C]) show(v int64) string {
	if o.quantity == nil {
		return o.words[v-1]
	}
	return o.words[0] + " " + o.quantity.format(v)
}

// check returns an error if v, unless it is 0 for the default, is out of bounds.
func (o *option[C]) check(v int64) error {
	switch {
	case v == 0 || v >= o.lo && v <= o.hi:
		return nil
	case o.quantity == nil:
		return fmt.Errorf("%d is none of %s", v, strings.Join(o.words, ", "))
	case v < o.lo:
		return fmt.Errorf("%s %s is below the minimum of %s",
			o.words[0], o.quantity.format(v), o.quantity.format(o.lo))
	}
	return fmt.Errorf("%s %s is above the maximum of %s",
		o.words[0], o.quantity.format(v), o.quantity.format(o.hi))
}

// optionNames lists the words of options for an error.
func optionNames[C any](options []option[C]) string {
	var names []string
	for i := range options {
		names = append(names, options[i].words...)
	}
	return strings.Join(names, ", ")
}

// An optionReader reads options in any order.
type optionReader[C any] struct {
	name    string // what has the options, for errors
	options []option[C]
	into    *C
	seen    []int
}

// read reads the option that begins with the current word. It returns false if there is none.
func (r *optionReader[C]) read(p *tcParser) (known bool, err error) {
	for i := range r.options {
		o := &r.options[i]
		n := slices.Index(o.words, p.word)
		if n < 0 {
			continue
		}
		if slices.Contains(r.seen, i) {
			return true, p.fault("the option is given twice")
		}
		r.seen = append(r.seen, i)
		v := int64(n + 1)
		if o.quantity != nil {
			if v, err = o.value(p, r.name); err != nil {
				return true, err
			}
		}
		o.set(r.into, v)
		return true, nil
	}
	return false, nil
}

// value reads the value of the option.
func (o *option[C]) value(p *tcParser, name string) (int64, error) {
	if err := p.want(o.quantity.what); err != nil {
		return 0, err
	}
	v, err := o.quantity.read(p)
	if err == nil && (v < o.lo || v > o.hi) {
		err = p.fault(fmt.Sprintf("%s %s is %s from %s to %s", name, o.words[0],
			o.quantity.what, o.quantity.format(o.lo), o.quantity.format(o.hi)))
	}
	return v, err
}

// A quantity is how the value of an option is written.
type quantity struct {
	what   string // of a value that is missing
	read   func(*tcParser) (int64, error)
	format func(int64) string
}

var (
	packetCount  = &quantity{"a number of packets", (*tcParser).wholeNumber, formatCount}
	plainCount   = &quantity{"a number", (*tcParser).wholeNumber, formatCount}
	byteCount    = &quantity{"a number of bytes", (*tcParser).bytes, formatBytes}
	timeQuantity = &quantity{"a time",
		func(p *tcParser) (int64, error) { t, err := p.time(); return int64(t), err },
		func(v int64) string { return formatTime(time.Duration(v)) }}
	rateQuantity = &quantity{"a rate",
		func(p *tcParser) (int64, error) { return p.quantity(rateUnits) },
		func(v int64) string { return formatQuantity(v, rateUnits) }}
	// shareQuantity is a percentage, in millionths.
	shareQuantity = &quantity{"a percentage",
		func(p *tcParser) (int64, error) { return p.quantity([]unit{{"%", 10_000}}) },
		func(v int64) string { return strconv.FormatFloat(float64(v)/10_000, 'f', -1, 64) + "%" }}
)

func formatCount(v int64) string { return strconv.FormatInt(v, 10) }
