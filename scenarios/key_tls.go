package scenarios

import (
	"tlslab/engine"
	"tlslab/engine/kx"
	"tlslab/engine/protocol"
)

// The keys of the cipher suite and the key exchange.
var tlsKeys = []Key{
	{
		Name: "tls.version", Label: "TLS version", Default: "1.3",
		Doc:    "version of TLS, or a range from which both sides choose the highest: ssl3.0, 1.0, 1.1, 1.2, 1.3, 1.0..1.3",
		fields: field(func(c *Config) value { return versionRange{&c.TLS.Versions} }),
		lower: both(func(c *Config, e *engine.Config) {
			e.MinVersion, e.MaxVersion = c.TLS.Versions.Min, c.TLS.Versions.Max
		}),
	},
	{
		Name: "tls.cipher", Label: "cipher", Unset: "aes-128-gcm, before 1.2 aes-128-cbc-sha, unless tls.suite is set",
		Doc:     "bulk cipher; version, certificate and group make it a cipher suite (up to 1.2 with ECDHE or DHE, where such a suite is registered)",
		fields:  field(func(c *Config) value { return enum{&c.TLS.Cipher, ciphers()} }),
		rival:   "tls.suite",
		derive:  deriveCipher,
		applies: when(func(c *Config) bool { return c.TLS.Suite == "" }, "tls.suite names the suite"),
		lower: both(func(c *Config, e *engine.Config) {
			for _, name := range c.TLS.Suites {
				if s, ok := protocol.SuiteByName(name); ok {
					e.Suites = append(e.Suites, s.ID)
				}
			}
		}),
	},
	{
		Name: "tls.suite", Label: "cipher suite", Unset: "the suites of tls.cipher",
		Doc:       "one cipher suite by its registered name, such as TLS_RSA_WITH_AES_128_CBC_SHA; excludes tls.cipher",
		fields:    field(func(c *Config) value { return enum{&c.TLS.Suite, suiteNames()} }),
		rival:     "tls.cipher",
		loweredBy: "tls.cipher",
		check:     checkSuite,
	},
	{
		Name: "tls.group", Label: "group", Default: "x25519",
		Doc:    "group of the (EC)DHE or hybrid key exchange; ffdhe2048 where tls.suite has DHE",
		fields: field(func(c *Config) value { return enum{&c.TLS.Group, groups()} }),
		derive: func(c *Config, set bool) []conflict {
			if s, named := protocol.SuiteByName(c.TLS.Suite); named && !set && s.KeyExchange == engine.KeyExchangeDHE {
				c.TLS.Group = engine.FFDHE2048.String()
			}
			return nil
		},
		check: func(c *Config) []conflict {
			if c.TLS.Versions.Max < engine.TLS13 && familyOf(c.TLS.Group) == kx.Hybrid {
				return conflictf(blame("tls.group", "tls.version"), "%s is a group of TLS 1.3, and tls.version is %s", c.TLS.Group, c.TLS.Versions)
			}
			return nil
		},
		applies: all(notResumedSSL30, when(func(c *Config) bool {
			s, _ := protocol.SuiteByName(c.TLS.Suite)
			return s.KeyExchange != engine.KeyExchangeRSA
		}, "tls.suite has RSA key exchange, without a group")),
		lower: lowerGroups,
	},
	{
		Name: "tls.key_share", Label: "first key share", Unset: "tls.group",
		Doc:    "group of the first key share that a TLS 1.3 client sends; another group than tls.group costs a HelloRetryRequest, unless tls.key_shares is 2",
		fields: field(func(c *Config) value { return enum{&c.TLS.KeyShare, groups()} }),
		derive: func(c *Config, set bool) []conflict {
			if !set {
				c.TLS.KeyShare = c.TLS.Group
			}
			return nil
		},
		check: func(c *Config) []conflict {
			if c.TLS.KeyShare != c.TLS.Group && c.TLS.Versions.Max < engine.TLS13 {
				return conflictf(blame("tls.key_share"), "only a TLS 1.3 client sends a key share before the server has chosen the group")
			}
			return nil
		},
		applies:   inTLS13("only a TLS 1.3 client sends key shares with its ClientHello"),
		loweredBy: "tls.group",
	},
	{
		Name: "tls.key_shares", Label: "key shares", Default: "1",
		Doc:    "key shares in the ClientHello of a TLS 1.3 client: 1 (of tls.key_share), or 2 (of tls.key_share and tls.group)",
		fields: field(func(c *Config) value { return count{&c.TLS.KeyShares, 1, 2} }),
		check: func(c *Config) []conflict {
			if c.TLS.KeyShares == 2 && c.TLS.KeyShare == c.TLS.Group {
				return conflictf(blame("tls.key_shares"), "two shares are for two groups: set tls.key_share to another group than tls.group")
			}
			return nil
		},
		applies: all(
			inTLS13("only a TLS 1.3 client sends key shares with its ClientHello"),
			when(func(c *Config) bool { return c.TLS.KeyShare != c.TLS.Group }, "tls.key_share is tls.group: there is one group to send a share for"),
		),
		lower: toClient(func(c *Config, e *engine.Config) { e.KeyShares = c.TLS.KeyShares }),
	},
}

// when returns a predicate that gives the reason why a key does not apply if a condition does not
// hold.
func when(holds func(*Config) bool, otherwise string) func(*Config) string {
	return func(c *Config) string {
		if holds(c) {
			return ""
		}
		return otherwise
	}
}

// all returns a predicate that gives the first reason of several predicates.
func all(predicates ...func(*Config) string) func(*Config) string {
	return func(c *Config) string {
		for _, p := range predicates {
			if why := p(c); why != "" {
				return why
			}
		}
		return ""
	}
}

func inTLS13(otherwise string) func(*Config) string {
	return when(func(c *Config) bool { return c.TLS.Versions.Max >= engine.TLS13 }, otherwise)
}

// notResumedSSL30 is the predicate of keys about extensions and certificates.
func notResumedSSL30(c *Config) string {
	if withExtensions(c) || !c.TLS.resumes() {
		return ""
	}
	return "a resumed handshake of SSL 3.0 has neither extensions nor certificates"
}

// withExtensions holds where the client speaks a version that has extensions: SSL 3.0 alone has
// none.
func withExtensions(c *Config) bool { return c.TLS.Versions.Max >= engine.TLS10 }
