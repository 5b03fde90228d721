package scenarios

import (
	"fmt"
	"strconv"
	"strings"

	"tlslab/netem"
	"tlslab/scenarios/document"
)

// distribution is the shape of a link's jitter: a name, or the name of a table's file. linkFiles
// reads the file later.
type distribution struct{ to *netem.Config }

// tableSuffix ends the names of files with tables, as in iproute2.
const tableSuffix = ".dist"

func distributions() vocabulary {
	return vocabulary{"a distribution", namesOf(netem.Distributions()...)}
}

// namesOf are values as they print.
func namesOf[T fmt.Stringer](values ...T) []string {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = v.String()
	}
	return names
}

func (d distribution) read(n *document.Node) error {
	text, err := n.Scalar()
	if err != nil {
		return err
	}
	if strings.HasSuffix(text, tableSuffix) {
		if len(text) > maxPath {
			return n.Errorf("has %d bytes: at most %d", len(text), maxPath)
		}
		d.to.Distribution, d.to.Table = netem.Uniform, netem.NamedTable(text)
		return nil
	}
	if err := distributions().check(n, text); err != nil {
		return err
	}
	d.to.Table = nil
	d.to.Distribution, err = netem.ParseDistribution(text)
	return err
}

func (distribution) schema() object {
	return object{"anyOf": []object{{"enum": distributions().names}, {"type": "string", "pattern": `\.dist$`}}}
}
func (d distribution) isZero() bool { return d.to.Distribution == netem.Uniform && d.to.Table == nil }
func (d distribution) shown() any {
	if d.to.Table != nil {
		return d.to.Table.String()
	}
	return d.to.Distribution.String()
}

// tcOption is the value of one option of tc netem, in its words.
type tcOption struct {
	to   *netem.Config
	word string                           // the first word of the option
	only func(*netem.Config) netem.Config // returns a link with this option alone
	of   []string                         // possible values; nil: any
}

func tcWordOf(word string, of []string, only func(*netem.Config) netem.Config) func(*netem.Config) value {
	return func(c *netem.Config) value { return tcOption{c, word, only, of} }
}

func tcOptionOf(word string, only func(*netem.Config) netem.Config) func(*netem.Config) value {
	return func(c *netem.Config) value { return tcOption{c, word, only, nil} }
}

func (o tcOption) read(n *document.Node) error {
	text, err := n.Scalar()
	if err != nil {
		return err
	}
	if o.of != nil {
		if err := (vocabulary{"one of these words", o.of}).check(n, text); err != nil {
			return err
		}
	}
	if err := o.to.SetOption(o.word, text); err != nil {
		return n.Errorf("%s", strings.TrimPrefix(err.Error(), "netem: "))
	}
	return nil
}

func (o tcOption) schema() object {
	if o.of != nil {
		return object{"enum": o.of}
	}
	return object{"type": []string{"string", "number"}}
}
func (o tcOption) isZero() bool { return o.only(o.to).String() == "" }
func (o tcOption) shown() any {
	only := o.only(o.to)
	return strings.TrimPrefix(only.String(), o.word+" ")
}

// loss is a percentage, or one of tc's models of loss. Each replaces the others.
type loss struct{ to *netem.Config }

func (l loss) option() tcOption {
	return tcOption{l.to, "loss", func(c *netem.Config) netem.Config {
		return netem.Config{Loss: c.Loss, LossCorrelation: c.LossCorrelation, Gemodel: c.Gemodel, LossState: c.LossState, Gilbert: c.Gilbert}
	}, nil}
}

func (l loss) read(n *document.Node) error {
	text, err := n.Scalar()
	if err != nil {
		return err
	}
	if strings.ContainsAny(text, " \t") {
		return l.option().read(n)
	}
	var chance float64 // needs its unit, as the percentages of other keys
	if err := (fraction{&chance}).read(n); err != nil {
		return err
	}
	return l.to.SetOption("loss", text)
}

func (loss) schema() object {
	return object{"anyOf": []object{fractions.schema(), {"type": "string", "pattern": "^(gemodel|gilbert|state|random) |% "}}}
}
func (l loss) isZero() bool { return l.option().isZero() }
func (l loss) shown() any {
	only := l.option().only(l.to)
	return only.String()
}

func (l loss) amount() (float64, bool) {
	only := l.option().only(l.to)
	only.Loss = 0
	return l.to.Loss, only.String() == ""
}

// drops is a list of numbers of packets, the first of which is 1.
type drops struct{ to *[]int }

// maxDrops bounds the list.
const maxDrops = 10_000

func (d drops) read(n *document.Node) error {
	switch {
	case n.Kind != document.Sequence:
		return n.Errorf("wants a list of packet numbers, such as [2]")
	case len(n.Items) > maxDrops:
		return n.Errorf("has %d packet numbers: at most %d", len(n.Items), maxDrops)
	}
	numbers := make([]int, len(n.Items))
	for i, item := range n.Items {
		if err := (count{to: &numbers[i]}).read(item); err != nil {
			return err
		}
		if numbers[i] < 1 {
			return item.Errorf("packets are numbered from 1")
		}
	}
	*d.to = numbers
	return nil
}

func (drops) schema() object {
	return object{"type": "array", "items": object{"type": "integer", "minimum": 1}}
}
func (d drops) isZero() bool { return *d.to == nil }
func (d drops) shown() any   { return *d.to }

// linkLimit is the length of a link's queue.
func linkLimit(c *netem.Config) value { return count{&c.Limit, 1, netem.MaxLimit} }

// hopLines are links in the words of tc.
func hopLines(hops []netem.Config) []string {
	lines := make([]string, len(hops))
	for i, hop := range hops {
		lines[i] = hop.String()
	}
	return lines
}

// checkHop returns what is impossible about a link in one direction, and the keys to blame; "" if
// the link is possible.
func checkHop(hop *netem.Config) (message, about string) {
	if err := withPlaceholders(*hop).Validate(); err != nil {
		message = strings.TrimPrefix(err.Error(), "netem: ")
		key := hopKeyOf(message)
		return strings.TrimPrefix(message, key+": "), key + " cross_traffic queue drops limit start trace rate loss distribution jitter delay"
	}
	switch {
	case hop.Limit != 0 && !hop.HasRate() && hop.Semantics != netem.TC:
		return "a queue without a rate never fills: set a rate too, or leave limit out", "limit"
	case hop.Queue.Discipline != netem.LimitOnly && !hop.Queue.Shapes() && !hop.HasRate():
		return "a queue without a rate never fills: set a rate too, or leave queue out", "queue"
	case hop.Jitter > hop.Delay:
		return "the jitter " + formatDuration(hop.Jitter) + " is more than the delay " + formatDuration(hop.Delay), "jitter"
	}
	return "", ""
}

// hopKeyOf is the key of a link with whose name a message of netem begins, or "".
func hopKeyOf(message string) string {
	first, _, _ := strings.Cut(message, " ")
	first = strings.TrimSuffix(first, ":")
	if first == "gemodel" {
		return "loss"
	}
	for i := range hopKeys {
		if hopKeys[i].Name == first {
			return first
		}
	}
	return ""
}

func formatPercent(fraction float64) string {
	return strconv.FormatFloat(fraction*100, 'g', -1, 64) + "%"
}
