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

// enabledSuites yields, in order of preference, the suites that belong to an enabled version and
// for whose key exchange a group is enabled.
func (cfg *Config) enabledSuites(yield func(*Suite) bool) {
	low, high := cfg.minVersion(), cfg.maxVersion()
	families := cfg.groupFamilies()
	fits := func(s *Suite) bool {
		return s.Min <= high && s.Max >= low && (GroupFamily(s.KeyExchange) == 0 || families[GroupFamily(s.KeyExchange)])
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

// groupFamilies returns which families the enabled groups belong to.
func (cfg *Config) groupFamilies() (families [numFamilies]bool) {
	for _, g := range cfg.groups() {
		families[g.family()] = true
	}
	return families
}

// enablesSuite reports whether a suite is enabled.
func (cfg *Config) enablesSuite(id SuiteID) bool {
	for s := range cfg.enabledSuites {
		if s.ID == id {
			return true
		}
	}
	return false
}

// enablesHash reports whether a TLS 1.3 suite with this hash is enabled.
func (cfg *Config) enablesHash(hash string) bool {
	for s := range cfg.enabledSuites {
		if s.Hash == hash && s.Max == TLS13 {
			return true
		}
	}
	return false
}

// allowsALPN reports whether a session's application protocol can be negotiated again; "" is none.
func (cfg *Config) allowsALPN(protocol string) bool {
	return protocol == "" || slices.Contains(cfg.ALPN, protocol)
}

func (cfg *Config) groups() []Group {
	if cfg.Groups == nil {
		return defaultGroups
	}
	return cfg.Groups
}

// defaultResumption leaves psk_ke out: it has no forward secrecy.
var defaultResumption = []Resumption{PSKDHE, Ticket, SessionID}

func (cfg *Config) resumption() []Resumption {
	if cfg.Resumption == nil {
		return defaultResumption
	}
	return cfg.Resumption
}

// allowsResumption reports whether a resumption mechanism is enabled.
func (cfg *Config) allowsResumption(mechanism Resumption) bool {
	return slices.Contains(cfg.resumption(), mechanism)
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

// ticketLifetime returns how long a server resumes from a ticket.
func (cfg *Config) ticketLifetime() time.Duration {
	if cfg.TicketLifetime == 0 {
		return DefaultTicketLifetime
	}
	return cfg.TicketLifetime
}

// acceptedFaults returns the faults that the peer's chain may have: all if nothing is verified.
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

// defaultGroups is Config.Groups if it is nil: the groups that most peers support.
var defaultGroups = []Group{X25519, P256, P384}
