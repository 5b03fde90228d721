package scenarios

import (
	"slices"
	"strings"
	"time"

	"tlslab/engine"
	"tlslab/engine/op"
	"tlslab/netem"
)

// The certificate authority as a host of the network, whom clients ask that fetch its word.

// CA is the authority's host, and how it is reached and answers.
type CA struct {
	Link     Link // between client and authority
	Cores    int
	Costs    string        // name or path of a cost table
	Slowdown float64       // as a Host's
	Signing  string        // when it signs its answers: ahead, on-demand
	Timeout  time.Duration // for which a client waits for one
}

var caKeys = append([]Key{
	{"ca.signing", "ahead", "when the certificate authority signs what it answers: ahead, or on-demand, at each question",
		one(func(c *Config) word { return word{&c.CA.Signing, signings} })},
	{"ca.timeout", "10s", "time for which a client waits for the authority's answer",
		one(func(c *Config) *Duration { return (*Duration)(&c.CA.Timeout) })},
	{"ca.cores", "1", "cores of the authority's host",
		one(func(c *Config) *Count { return (*Count)(&c.CA.Cores) })},
	{"ca.costs", "reference", "cost table of the authority's host: reference, or the path of a file made by tlslab calibrate",
		one(func(c *Config) *Text { return (*Text)(&c.CA.Costs) })},
	{"ca.slowdown", "1", "how many times slower than its cost table the authority's host is",
		one(func(c *Config) *Multiple { return (*Multiple)(&c.CA.Slowdown) })},
}, makeCALinkKeys()...)

// makeCALinkKeys writes the keys of a link between client and authority, which is alike in both directions.
func makeCALinkKeys() []Key {
	both := func(field func(*netem.Config) value) func(*Config) []value {
		return func(c *Config) []value { return []value{field(&c.CA.Link.Up[0]), field(&c.CA.Link.Down[0])} }
	}
	all := []Key{{Name: "ca.link", Doc: "the link between client and authority in one line of tc netem. Default: another one like link, in all its hops, unless any key of ca.link is set",
		fields: both(func(c *netem.Config) value { return tcLine{c} })}}
	for _, h := range hopKeys {
		all = append(all, Key{Name: "ca.link." + h.name, Doc: h.doc, fields: both(h.field)})
	}
	return all
}

// completeAuthority gives the authority a link like the server's, unless it has one of its own.
func completeAuthority(c *Config, set map[string]setting) []fault {
	var own []string
	for _, k := range caKeys {
		if _, ok := set[k.Name]; ok && (k.Name == "ca.link" || strings.HasPrefix(k.Name, "ca.link.")) {
			own = append(own, k.Name)
		}
	}
	if own == nil {
		c.CA.Link = Link{Up: slices.Clone(c.Link.Up), Down: slices.Clone(c.Link.Down)}
	}
	switch {
	case c.CA.Cores < 1:
		return faultf([]string{"ca.cores"}, "%d: a host has at least 1 core", c.CA.Cores)
	case c.CA.Timeout < time.Millisecond:
		return faultf([]string{"ca.timeout"}, "%s: at least 1ms", formatDuration(c.CA.Timeout))
	case own != nil:
		return checkHop(&c.CA.Link.Up[0], slices.Concat(reversed(own), []string{"ca.link"}))
	}
	return nil
}

func reversed(names []string) []string {
	out := slices.Clone(names)
	slices.Reverse(out)
	return out
}

// Fetches says whether a client of this configuration asks the authority.
func (c *Config) Fetches() bool {
	return c.TLS.Revocation == engine.RevocationFetched.String() && !c.TLS.resumes()
}

// AuthorityOps is what the authority computes for each answer. It has a key like that of the server's certificate.
func (c *Config) AuthorityOps() []op.Op {
	if c.CA.Signing != "on-demand" {
		return nil
	}
	return []op.Op{{Kind: op.Sign, Alg: c.TLS.Certificate}}
}

// CostTables are the names of the hosts' cost tables.
func (c *Config) CostTables() []string {
	names := []string{c.Client.Costs, c.Server.Costs}
	if c.Fetches() {
		names = append(names, c.CA.Costs)
	}
	return names
}
