package engine

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"tlslab/engine/session"
)

// Settings with their defaults filled in, and their check.

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
func (cfg *Config) enabled(yield func(*Suite) bool) {
	low, high := cfg.minVersion(), cfg.maxVersion()
	known := cfg.families()
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
func (cfg *Config) families() (known [numFamilies]bool) {
	for _, g := range cfg.groups() {
		known[g.family()] = true
	}
	return known
}

func (cfg *Config) enables(id SuiteID) bool {
	for s := range cfg.enabled {
		if s.ID == id {
			return true
		}
	}
	return false
}

// enablesHash says whether a TLS 1.3 suite with this hash is enabled.
func (cfg *Config) enablesHash(hash string) bool {
	for s := range cfg.enabled {
		if s.Hash == hash && s.Max == TLS13 {
			return true
		}
	}
	return false
}

// speaks says whether a session's application protocol, "" for none, can be
// agreed on again.
func (cfg *Config) speaks(protocol string) bool {
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

func (cfg *Config) allows(way Resumption) bool { return slices.Contains(cfg.resumption(), way) }

func (cfg *Config) ticketCount() int {
	switch {
	case cfg.Tickets == nil || cfg.TicketCount < 0:
		return 0
	case cfg.TicketCount == 0:
		return DefaultTicketCount
	}
	return cfg.TicketCount
}

// check finds what cannot work before anything is sent.
func (cfg *Config) check(s side) error {
	switch {
	case cfg.Rand == nil || cfg.Now == nil:
		return errors.New("no Rand or no Now")
	case cfg.minVersion() < SSL30 || cfg.maxVersion() > TLS13 || cfg.minVersion() > cfg.maxVersion():
		return fmt.Errorf("versions %v to %v are not within ssl3.0 to 1.3", cfg.minVersion(), cfg.maxVersion())
	case cfg.TicketLifetime < 0 || cfg.TicketLifetime > session.MaxTicketLifetime:
		return fmt.Errorf("ticket lifetime %v is not within 7 days", cfg.TicketLifetime)
	case cfg.TicketsOffered < 0 || cfg.TicketsOffered > MaxTicketsOffered:
		return fmt.Errorf("%d tickets offered: want 0 to %d", cfg.TicketsOffered, MaxTicketsOffered)
	case cfg.EarlyWindow < 0:
		return fmt.Errorf("window of early data %v is negative", cfg.EarlyWindow)
	case s == server && cfg.MaxEarlyData > 0 && cfg.AntiReplay == nil:
		return errors.New("a server that takes early data needs AntiReplay")
	case cfg.TicketCount > 255:
		return fmt.Errorf("%d tickets: 255 at most", cfg.TicketCount)
	case s == server && len(cfg.Certificates) == 0:
		return errors.New("a server needs a certificate")
	case s == client && cfg.Roots == nil && !cfg.VerifyNothing:
		return errors.New("a client needs roots, or VerifyNothing")
	case s == server && cfg.ClientAuth > ClientAuthRequired:
		return fmt.Errorf("unknown policy of client authentication %v", cfg.ClientAuth)
	case s == server && cfg.ClientAuth != ClientAuthNone && cfg.ClientCAs == nil && !cfg.VerifyNothing:
		return errors.New("a server that asks for certificates needs ClientCAs, or VerifyNothing")
	case s == server && cfg.ClientCAs != nil && cfg.ClientCAs.NamesSize() > maxAuthorities:
		return fmt.Errorf("names of ClientCAs take %d bytes: %d at most", cfg.ClientCAs.NamesSize(), maxAuthorities)
	case s == server && cfg.UnknownNames > UnknownNameRefused:
		return fmt.Errorf("unknown policy on names %v", cfg.UnknownNames)
	case len(cfg.groups()) == 0:
		return errors.New("no groups")
	}
	if err := cfg.checkSizing(); err != nil {
		return err
	}
	if err := cfg.checkRevocation(s); err != nil {
		return err
	}
	if err := cfg.checkSizes(); err != nil {
		return err
	}
	if err := cfg.checkSchemes(s); err != nil {
		return err
	}
	return cfg.checkLists()
}

// maxAuthorities is the room for names in a CertificateRequest with all else, in
// bytes (RFC 9846 §4.3).
const maxAuthorities = 1<<16 - 1<<10

func (cfg *Config) checkLists() error {
	for _, id := range cfg.Suites {
		if suiteRow(id) == nil {
			return fmt.Errorf("unknown suite %v", id)
		}
	}
	some := false
	for range cfg.enabled {
		some = true
		break
	}
	if !some {
		return errors.New("no suite of the enabled versions and groups")
	}
	for _, g := range cfg.groups() {
		if g.row() == nil {
			return fmt.Errorf("unknown %v", g)
		}
	}
	for _, p := range cfg.ALPN {
		if len(p) == 0 || len(p) > 255 {
			return fmt.Errorf("application protocol %q is not 1 to 255 bytes long", p)
		}
	}
	return nil
}

// isHostName says whether a server's name can be sent as SNI: no IP addresses, nor
// those of IPv6 in the brackets of URLs (RFC 6066 §3).
func isHostName(name string) bool {
	if name == "" {
		return false
	}
	last := name[len(name)-1]
	if last >= '0' && last <= '9' || slices.Contains([]byte(name), ':') {
		_, err := netip.ParseAddr(strings.Trim(name, "[]"))
		return err != nil
	}
	return true
}
