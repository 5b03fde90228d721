package scenarios

import (
	"math"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"tlslab/netem"
)

// A hopKey is one setting of a link in one direction.
type hopKey struct {
	name, byDefault, doc string
	field                func(*netem.Config) value
}

var hopKeys = []hopKey{
	{"delay", "0ms", "mean time that a packet travels, one way; a round trip is twice as long",
		func(c *netem.Config) value { return (*Duration)(&c.Delay) }},
	{"jitter", "", "spread of the delay",
		func(c *netem.Config) value { return (*Duration)(&c.Jitter) }},
	{"distribution", "", "shape of the jitter: uniform, normal, pareto, paretonormal. Default: uniform",
		func(c *netem.Config) value { return distribution{&c.Distribution} }},
	{"ordered", "", "keep packets in order under jitter; otherwise they overtake one another, as in tc. Default: false",
		func(c *netem.Config) value { return (*Switch)(&c.Ordered) }},
	{"loss", "", "probability with which a packet is lost: 1%, or in bursts: gemodel P R 1-H 1-K in percent, as in tc",
		func(c *netem.Config) value { return loss{c} }},
	{"rate", "", "bits per second. Default: unlimited",
		func(c *netem.Config) value { return rate{&c.Rate} }},
	{"limit", "", "packets that the queue before the rate holds, the one in service counted. Default: 1000",
		func(c *netem.Config) value { return limit{&c.Limit} }},
	{"drops", "", "packets to lose, by their number from 1: [2] loses the second",
		func(c *netem.Config) value { return drops{&c.Drops} }},
}

var linkKeys = makeLinkKeys()

// makeLinkKeys writes the hop's keys three times: for both directions, and for each of them. A line of tc comes before the keys
// that refine it.
func makeLinkKeys() []Key {
	var all []Key
	for _, d := range []struct{ name, doc string }{
		{"link", "the same way there and back"},
		{"link.up", "from client to server"},
		{"link.down", "from server to client"},
	} {
		all = append(all, Key{Name: d.name, Doc: "a link in one line of tc netem, " + d.doc + ": delay 25ms 2ms loss 1% rate 20mbit",
			fields: onLink(d.name, func(c *netem.Config) value { return tcLine{c} })})
		for _, h := range hopKeys {
			key := Key{Name: d.name + "." + h.name, Doc: h.doc, fields: onLink(d.name, h.field)}
			if d.name == "link" {
				key.Default = h.byDefault
			}
			all = append(all, key)
		}
	}
	return append(all, Key{Name: "link.hops", Doc: "several links in a row, from client to server, each with the keys of link or one line of tc; in place of all other keys of link",
		fields: one(func(c *Config) hops { return hops{&c.Link} })})
}

// onLink makes a key's places in a Config from its place in one direction.
func onLink(direction string, field func(*netem.Config) value) func(*Config) []value {
	return func(c *Config) []value {
		switch direction {
		case "link.up":
			return []value{field(&c.Link.Up[0])}
		case "link.down":
			return []value{field(&c.Link.Down[0])}
		}
		return []value{field(&c.Link.Up[0]), field(&c.Link.Down[0])}
	}
}

// tcLine is a whole link in the words of tc netem.
type tcLine struct{ link *netem.Config }

func (t tcLine) UnmarshalYAML(n ast.Node) error {
	text, err := scalar(n)
	if err != nil {
		return err
	}
	parsed, err := netem.ParseTC(text)
	if err != nil {
		return wrong(n, "%s", strings.TrimPrefix(err.Error(), "netem: "))
	}
	*t.link = parsed
	return nil
}

type distribution struct{ value *netem.Distribution }

var distributionNames = vocabulary{"a distribution", []string{"uniform", "normal", "pareto", "paretonormal"}}

func (d distribution) UnmarshalYAML(n ast.Node) error {
	text, err := scalar(n)
	if err != nil {
		return err
	}
	if err := distributionNames.check(n, text); err != nil {
		return err
	}
	*d.value, err = netem.ParseDistribution(text)
	return err
}

// loss is a percentage, or the four of the Gilbert–Elliott model; either replaces the other.
type loss struct{ link *netem.Config }

func (l loss) UnmarshalYAML(n ast.Node) error {
	text, err := scalar(n)
	if err != nil {
		return err
	}
	var chance Fraction
	var bursts netem.GilbertElliott
	if strings.HasPrefix(text, "gemodel") {
		parsed, err := netem.ParseTC("loss " + text)
		if err != nil {
			return wrong(n, "%s", strings.TrimPrefix(err.Error(), "netem: "))
		}
		bursts = parsed.Gemodel
	} else if err := chance.UnmarshalYAML(n); err != nil {
		return err
	}
	l.link.Loss, l.link.Gemodel = float64(chance), bursts
	return nil
}

type rate struct{ value *int64 }

func (r rate) UnmarshalYAML(n ast.Node) error {
	var bits Rate
	if err := bits.UnmarshalYAML(n); err != nil {
		return err
	}
	if bits < netem.MinRate || bits > netem.MaxRate {
		return wrong(n, "%s: a rate is from %dbit to %dgbit; leave it out for an unlimited link", position(n).Value,
			int64(netem.MinRate), int64(math.Round(netem.MaxRate/1e9)))
	}
	*r.value = int64(bits)
	return nil
}

type limit struct{ value *int }

func (l limit) UnmarshalYAML(n ast.Node) error {
	var packets Count
	if err := packets.UnmarshalYAML(n); err != nil {
		return err
	}
	if packets < 1 || packets > netem.MaxLimit {
		return wrong(n, "%d: a queue holds from 1 to %d packets", packets, netem.MaxLimit)
	}
	*l.value = int(packets)
	return nil
}

type drops struct{ value *[]int }

func (d drops) UnmarshalYAML(n ast.Node) error {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		return wrong(n, "wants a list of packet numbers, such as [2]")
	}
	ordinals := make([]int, len(list.Values))
	for i, item := range list.Values {
		var c Count
		if err := c.UnmarshalYAML(item); err != nil {
			return err
		}
		if c < 1 {
			return wrong(item, "packets are numbered from 1")
		}
		ordinals[i] = int(c)
	}
	*d.value = ordinals
	return nil
}
