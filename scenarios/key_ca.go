package scenarios

import (
	"slices"
	"strings"
	"time"

	"tlslab/netem"
)

// When the certificate authority signs its answers, in ca.signing.
const (
	signingAhead    = "ahead"
	signingOnDemand = "on-demand"
)

var signings = vocabulary{"a time to sign", []string{signingAhead, signingOnDemand}}

// caKeys are the keys of the certificate authority's host, which clients ask that fetch OCSP
// responses.
var caKeys = []Key{
	{
		Name: "ca.signing", Label: "signing of OCSP responses", Default: signingAhead,
		Doc:     "when the certificate authority signs OCSP responses: ahead of time, or on-demand for each request",
		fields:  field(func(c *Config) value { return enum{&c.CA.Signing, signings} }),
		applies: fetches,
	},
	{
		Name: "ca.timeout", Label: "wait for the authority", Default: "10s",
		Doc:     "time for which a client waits for the OCSP response",
		fields:  field(func(c *Config) value { return duration{&c.CA.Timeout, time.Millisecond, 0} }),
		applies: fetches,
	},
	{
		Name: "ca.cores", Label: "cores of the authority", Default: "1",
		Doc:     "cores of the authority's host",
		fields:  field(func(c *Config) value { return count{&c.CA.Cores, 1, 0} }),
		applies: func(*Config) string { return oneConnection },
	},
	{
		Name: "ca.costs", Label: "costs of the authority", Default: "reference",
		Doc:    "cost table of the authority's host: reference, or the path of a file made by tlslab calibrate",
		fields: field(func(c *Config) value { return text{to: &c.CA.Costs} }),
		applies: all(fetches, when(func(c *Config) bool { return c.CA.Signing == signingOnDemand },
			"the authority computes nothing: ca.signing is ahead")),
	},
	{
		Name: "ca.slowdown", Label: "slowdown of the authority", Default: "1",
		Doc:    "how many times slower than its cost table the authority's host is",
		fields: field(func(c *Config) value { return multiple{&c.CA.Slowdown} }),
		applies: all(fetches, when(func(c *Config) bool { return c.CA.Signing == signingOnDemand },
			"the authority computes nothing: ca.signing is ahead")),
	},
}

// caLinkKeys are the keys of the link between client and authority, which is alike in both
// directions.
func caLinkKeys() []Key {
	d := direction{"ca.link", "", " to the authority",
		func(c *Config) []*netem.Config { return []*netem.Config{&c.CA.Link.Up[0], &c.CA.Link.Down[0]} }, fetches}
	return d.keys(Key{
		Label: "link to the authority", Unset: "a copy of link with all its hops, unless a key of ca.link is set",
		Doc: "the link between client and authority in one line of tc netem, or the name of a preset",
		check: func(c *Config) []conflict {
			if c.CA.LikeLink {
				return nil
			}
			if message, part := checkHop(&c.CA.Link.Up[0]); message != "" {
				return conflictf(blameLink(part, "ca.link"), "%s", message)
			}
			return nil
		},
	})
}

// isLinkKey reports whether a key describes the link of a prefix: link or ca.link.
func isLinkKey(name, prefix string) bool {
	return name == prefix || strings.HasPrefix(name, prefix+".")
}

// deriveAuthorityLink gives the authority a link like the server's, unless any key describes one.
func deriveAuthorityLink(c *Config, set map[string]setting) {
	for name := range set {
		if isLinkKey(name, "ca.link") {
			return
		}
	}
	c.CA.Link, c.CA.LikeLink = Link{Up: slices.Clone(c.Link.Up), Down: slices.Clone(c.Link.Down)}, true
}
