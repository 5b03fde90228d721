package engine

import (
	"slices"
	"time"

	"tlslab/engine/pki"
)

func (cfg *Config) minVersion() Version {
	if cfg.MinVersion == 0 {
		return TLS12
	}
	return cfg.MinVersion
}

func (cfg *Config) maxVersion() Version {
	if cfg.MaxVersion == 0 {
		return TLS13
	}
	return cfg.MaxVersion
}

// enabled walks the suites in this Config's order that its versions know,
// and of whose key exchange it has a group.
func (cfg *Config) enabledSuites(yield func(*Suite) bool) {
	low, high := cfg.minVersion(), cfg.maxVersion()
	known := cfg.groupFamilies()
	fits := func(s *Suite) bool {
		return s.Min <= high && s.Max >= low && (GroupFamily(s.KeyExchange) == 0 || known[GroupFamily(s.KeyExchange)])
	}
	if cfg.Suites == nil {
		for _, s := range defaultSuites {
			if fits(s) && !yield(s) {
				return
			}
		}
		return
	}
	for _, id := range cfg.Suites {
		if s := suiteRow(id); s != nil && fits(s) && !yield(s) {
			return
		}
	}
}

// families says on what the groups are built.
func (cfg *Config) groupFamilies() (known [numFamilies]bool) {
	for _, g := range cfg.groups() {
		known[g.family()] = true
	}
	return known
}

func (cfg *Config) enablesSuite(id SuiteID) bool {
	for s := range cfg.enabledSuites {
		if s.ID == id {
			return true
		}
	}
	return false
}

// enablesHash says whether a TLS 1.3 suite with this hash is enabled.
func (cfg *Config) enablesHash(hash string) bool {
	for s := range cfg.enabledSuites {
		if s.Hash == hash && s.Max == TLS13 {
			return true
		}
	}
	return false
}

// speaks says whether a session's application protocol, "" for none, can be
// agreed on again.
func (cfg *Config) allowsALPN(protocol string) bool {
	return protocol == "" || slices.Contains(cfg.ALPN, protocol)
}

func (cfg *Config) groups() []Group {
	if cfg.Groups == nil {
		return defaultGroups
	}
	return cfg.Groups
}

// defaultResumption leaves out psk_ke, which gives up forward secrecy.
var defaultResumption = []Resumption{PSKDHE, Ticket, SessionID}

func (cfg *Config) resumption() []Resumption {
	if cfg.Resumption == nil {
		return defaultResumption
	}
	return cfg.Resumption
}

func (cfg *Config) allowsResumption(way Resumption) bool {
	return slices.Contains(cfg.resumption(), way)
}

func (cfg *Config) ticketCount() int {
	switch {
	case cfg.Tickets == nil || cfg.TicketCount < 0:
		return 0
	case cfg.TicketCount == 0:
		return DefaultTicketCount
	}
	return cfg.TicketCount
}

// ticketLifetime is how long tickets of this Config live.
func (cfg *Config) ticketLifetime() time.Duration {
	if cfg.TicketLifetime == 0 {
		return DefaultTicketLifetime
	}
	return cfg.TicketLifetime
}

// acceptedFaults are the faults in spite of which the peer's chain is accepted: all, if it is not verified.
func (cfg *Config) acceptedFaults() pki.ChainFault {
	if cfg.VerifyNothing {
		return ^pki.ChainFault(0)
	}
	return cfg.ToleratedFaults
}

func (cfg *Config) earlyWindow() time.Duration {
	if cfg.EarlyWindow == 0 {
		return DefaultEarlyWindow
	}
	return cfg.EarlyWindow
}

// defaultGroups is the order of preference where Config.Groups is nil: what
// every peer knows.
var defaultGroups = []Group{X25519, P256, P384}
