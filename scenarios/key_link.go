package scenarios

import (
	"strings"

	"tlslab/netem"
)

// A hopKey is one setting of a link in one direction: a part of the rows of link, link.up,
// link.down and ca.link, and of the items of link.hops.
type hopKey struct {
	Name, Label, Default, Unset, Doc string

	hop     func(*netem.Config) value
	applies func(*netem.Config) string // as Key's; nil: always
	needs   func(*Config) string       // as applies, of the rest of the configuration
	rival   string                     // as Key.rival, without the name of the link
}

var hopKeys = []hopKey{
	{Name: "delay", Label: "one-way delay", Default: "0ms", Doc: "mean time that a packet travels, one way; a round trip is twice as long",
		hop: func(c *netem.Config) value { return duration{to: &c.Delay} }},
	{Name: "jitter", Label: "jitter", Doc: "spread of the delay",
		hop: func(c *netem.Config) value { return duration{to: &c.Jitter} }},
	{Name: "distribution", Label: "distribution of the jitter", Unset: "uniform", Doc: "shape of the jitter: uniform, normal, pareto, paretonormal, or a table in a file of iproute2's format whose name ends in .dist",
		hop: func(c *netem.Config) value { return distribution{c} }, applies: withJitter},
	{Name: "ordered", Label: "ordered", Unset: "false", Doc: "whether packets keep their order under jitter; otherwise they overtake one another, as in tc",
		hop: func(c *netem.Config) value { return boolean{&c.Ordered} }, applies: withJitter},
	{Name: "correlation", Label: "correlation of the jitter", Doc: "correlation of a packet's jitter with that of the packet before, as in tc",
		hop: func(c *netem.Config) value { return fraction{&c.DelayCorrelation} }, applies: withJitter},
	{Name: "reorder", Label: "reordering", Doc: "probability with which a packet has no delay and so overtakes others; optional: a correlation and a gap, as in tc: 25% 50% gap 5",
		hop: tcOptionOf("reorder", func(c *netem.Config) netem.Config { return netem.Config{Reorder: c.Reorder} })},
	{Name: "loss", Label: "packet loss", Doc: "probability with which a packet is lost: 1%, or with a correlation: 1% 25%; bursts of packets, as in tc: gemodel P R 1-H 1-K or state P13 P31 P32 P23 P14, in percent; bursts of time: gilbert 10s 200ms 100% 0% (mean time in the good and in the bad state, loss in the bad and in the good state)",
		hop: func(c *netem.Config) value { return loss{c} }},
	{Name: "outage", Label: "outages", Doc: "length of an outage, in which every packet is lost, and when outages begin: 200ms at 1s,3s or 200ms every 10s (the seed decides when the first one begins) or 200ms random 10s (mean time between two)",
		hop: tcOptionOf("outage", func(c *netem.Config) netem.Config { return netem.Config{Outage: c.Outage} })},
	{Name: "ecn", Label: "ECN marking", Unset: "false", Doc: "whether the link marks a packet CE in place of losing it, if the packet is ECN-capable",
		hop: func(c *netem.Config) value { return boolean{&c.ECN} }, applies: withLoss, needs: withECN},
	{Name: "duplicate", Label: "duplication", Doc: "probability with which a packet arrives twice; optional: a correlation: 1% 25%",
		hop: tcOptionOf("duplicate", func(c *netem.Config) netem.Config { return netem.Config{Duplicate: c.Duplicate} })},
	{Name: "corrupt", Label: "corruption", Doc: "probability with which a packet uses the link but fails its checksum at the end; optional: a correlation: 0.1% 25%",
		hop: tcOptionOf("corrupt", func(c *netem.Config) netem.Config { return netem.Config{Corrupt: c.Corrupt} })},
	{Name: "rate", Label: "link rate", Unset: "unlimited", Doc: "bits per second; or a schedule that changes with time: [20mbit for 10s, 0bit for 200ms, repeat]",
		hop: func(c *netem.Config) value { return linkRate{c} }, rival: "trace"},
	{Name: "trace", Label: "trace", Doc: "file of delivery opportunities in the format of mahimahi, in place of a rate; a relative path starts at the folder of the scenario's file",
		hop: func(c *netem.Config) value { return linkTrace{c} }, rival: "rate"},
	{Name: "start", Label: "start of the trace", Unset: "random, or the beginning of a schedule that does not repeat", Doc: "place in the trace or the schedule of rates at which a replicate begins: random, or a time",
		hop: func(c *netem.Config) value { return linkStart{&c.Start} }, applies: withVaryingRate},
	{Name: "overhead", Label: "link-layer overhead", Doc: "link-layer overhead, as behind the rate in tc: bytes added to each packet, payload bytes of a cell, bytes added to each cell: 10 48 5 is ATM; needs a rate",
		hop: tcOptionOf("overhead", func(c *netem.Config) netem.Config { return netem.Config{Overhead: c.Overhead} })},
	{Name: "limit", Label: "queue limit", Unset: "1000", Doc: "packets that the queue before the rate holds, the one in service counted", hop: linkLimit},
	{Name: "queue", Label: "queueing discipline", Unset: "drop-tail with link.limit", Doc: "queueing discipline in the words of tc: pfifo, bfifo, codel, fq_codel, pie, cake or tbf with its options, such as codel target 5ms interval 100ms ecn",
		hop: func(c *netem.Config) value { return queueLine{&c.Queue} }},
	{Name: "cross_traffic", Label: "cross traffic", Unset: "none", Doc: "packets of other senders that share the queue and the rate: poisson, constant or on-off, then a load (share of the rate) or a rate, and a size, such as poisson load 80% size 1500B",
		hop: func(c *netem.Config) value { return crossTrafficLine{&c.CrossTraffic} }},
	{Name: "semantics", Label: "semantics of the link", Unset: "router", Doc: "how the options act together: router (loss, queue, rate, delay, in this order) or tc (as the kernel's netem on the host that sends)",
		hop: tcWordOf("semantics", []string{"router", "tc"}, func(c *netem.Config) netem.Config { return netem.Config{Semantics: c.Semantics} })},
	{Name: "loss_unit", Label: "unit of loss", Unset: "burst with tc semantics, else packet", Doc: "what one loss takes: packet, or burst (the packets that TCP hands down as one, GSO)",
		hop: tcWordOf("loss_unit", []string{"packet", "burst"}, func(c *netem.Config) netem.Config { return netem.Config{LossUnit: c.LossUnit} }), applies: withUnits},
	{Name: "slot", Label: "slots", Unset: "none", Doc: "slots in which packets arrive, as in tc: the time to the next slot and the most packets or bytes in a slot, such as 5ms 10ms packets 4, or distribution normal 10ms 2ms bytes 3000",
		hop: tcOptionOf("slot", func(c *netem.Config) netem.Config { return netem.Config{Slot: c.Slot} })},
	{Name: "mss", Label: "MSS clamping", Unset: "no clamping", Doc: "largest MSS option that a SYN or SYN-ACK carries behind the link, as a router before a tunnel clamps it",
		hop: func(c *netem.Config) value { return size{&c.MSS, netem.MinMSS, netem.MaxMSS} }},
	{Name: "drops", Label: "drops", Doc: "packets to lose, by their number from 1: [2] loses the second",
		hop: func(c *netem.Config) value { return drops{&c.Drops} }},
}

func withJitter(c *netem.Config) string {
	if c.Jitter == 0 {
		return "the link has no jitter"
	}
	return ""
}

func withUnits(c *netem.Config) string {
	if !c.Lossy() && len(c.Drops) == 0 && c.Semantics != netem.TC {
		return "the link loses no packets"
	}
	return ""
}

func withECN(c *Config) string {
	if !c.TCP.RequestsECN() {
		return "no packet is ECN-capable without tcp.ecn: 1 or tcp.congestion: dctcp"
	}
	return ""
}

func withLoss(c *netem.Config) string {
	if !c.Lossy() {
		return "the link loses no packets"
	}
	return ""
}

func withVaryingRate(c *netem.Config) string {
	if !c.Varies() {
		return "the rate of the link does not change with time"
	}
	return ""
}

// A direction says where the settings of a link go.
type direction struct {
	name, doc, label string
	hops             func(*Config) []*netem.Config
	applies          func(*Config) string // nil: always
}

// way is the direction of hop i: a link that is described as a whole has first its way up.
func (d direction) way(i int) way {
	if i == 1 || strings.HasSuffix(d.name, ".down") {
		return downwards
	}
	return upwards
}

// keys are the hop's keys in a direction, after the key of a whole line of tc, which they refine.
func (d direction) keys(line Key) []Key {
	onEach := func(at func(*netem.Config) value) func(*Config) []value {
		return func(c *Config) (fields []value) {
			for _, hop := range d.hops(c) {
				fields = append(fields, at(hop))
			}
			return fields
		}
	}
	line.Name = d.name
	line.fields = func(c *Config) (fields []value) {
		for i, hop := range d.hops(c) {
			fields = append(fields, linkLine{hop, d.way(i)})
		}
		return fields
	}
	line.applies = d.applies
	all := []Key{line}
	for _, h := range hopKeys {
		k := Key{Name: d.name + "." + h.Name, Label: h.Label + d.label, Unset: h.Unset, Doc: h.Doc, fields: onEach(h.hop), applies: d.applies}
		if d.name == "link" {
			k.Default = h.Default
		}
		if h.rival != "" {
			k.rival = d.name + "." + h.rival
		}
		if h.applies != nil {
			k.applies = func(c *Config) (why string) {
				if h.needs != nil {
					if why = h.needs(c); why != "" {
						return why
					}
				}
				if d.applies != nil {
					if why = d.applies(c); why != "" {
						return why
					}
				}
				for _, hop := range d.hops(c) {
					if why = h.applies(hop); why == "" {
						return ""
					}
				}
				return why
			}
		}
		all = append(all, k)
	}
	return all
}

// linkKeys are the keys of the link: the hop's keys for both directions, and for each of them.
func linkKeys() []Key {
	up := func(c *Config) *netem.Config { return &c.Link.Up[0] }
	down := func(c *Config) *netem.Config { return &c.Link.Down[0] }
	var all []Key
	for _, d := range []direction{
		{"link", "the same way there and back", "", func(c *Config) []*netem.Config { return []*netem.Config{up(c), down(c)} }, nil},
		{"link.up", "from client to server", " upwards", func(c *Config) []*netem.Config { return []*netem.Config{up(c)} }, nil},
		{"link.down", "from server to client", " downwards", func(c *Config) []*netem.Config { return []*netem.Config{down(c)} }, nil},
	} {
		line := Key{Label: "link" + d.label, Doc: "a link in one line of tc netem, " + d.doc + ": delay 25ms 2ms loss 1% rate 20mbit; or the name of a preset, which such words may refine: lte loss 1%"}
		if d.name == "link" {
			line.check = checkLink
		}
		all = append(all, d.keys(line)...)
	}
	return append(all, Key{
		Name: "link.hops", Label: "path",
		Doc:    "several links in a row, from client to server, each with the keys of link, one line of tc or a preset; in place of all other keys of link",
		fields: field(func(c *Config) value { return hops{&c.Link} }),
	})
}

// checkLink returns a conflict if a direction of the link is impossible.
func checkLink(c *Config) []conflict {
	for i, ways := range [][]netem.Config{c.Link.Up, c.Link.Down} {
		for _, hop := range ways {
			if message, part := checkHop(&hop); message != "" {
				way := []string{"link.up", "link.down"}[i]
				return conflictf(blameLink(part, way, "link"), "%s", message)
			}
		}
	}
	return nil
}

// blameLink names the keys of links that describe a part of them, most particular first.
func blameLink(part string, prefixes ...string) (names []string) {
	for _, prefix := range prefixes {
		for _, about := range strings.Fields(part) {
			names = append(names, prefix+"."+about)
		}
		names = append(names, prefix)
	}
	return append(names, "link.hops")
}
