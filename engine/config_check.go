package engine

import (
	"errors"
	"fmt"
	"slices"

	"tlslab/engine/pki"
	"tlslab/engine/record"
	"tlslab/engine/session"
)

// check returns an error if the Config cannot work on this side.
func (cfg *Config) check(s side) error {
	switch {
	case cfg.Rand == nil || cfg.Now == nil:
		return errors.New("no Rand or no Now: both are required")
	case cfg.minVersion() < SSL30 || cfg.maxVersion() > TLS13 || cfg.minVersion() > cfg.maxVersion():
		return fmt.Errorf("versions %v to %v: want a range within ssl3.0 to 1.3", cfg.minVersion(), cfg.maxVersion())
	case cfg.TicketLifetime < 0 || cfg.TicketLifetime > session.MaxTicketLifetime:
		return fmt.Errorf("ticket lifetime %v: want 0 to 7 days", cfg.TicketLifetime)
	case cfg.TicketsOffered < 0 || cfg.TicketsOffered > MaxTicketsOffered:
		return fmt.Errorf("%d tickets offered: want 0 to %d", cfg.TicketsOffered, MaxTicketsOffered)
	case cfg.EarlyWindow < 0:
		return fmt.Errorf("early data window %v: want 0 or more", cfg.EarlyWindow)
	case s == server && cfg.MaxEarlyData > 0 && cfg.AntiReplay == nil:
		return errors.New("a server that accepts early data needs AntiReplay")
	case cfg.TicketCount > 255:
		return fmt.Errorf("%d tickets: want at most 255", cfg.TicketCount)
	case s == server && len(cfg.Certificates) == 0:
		return errors.New("a server needs a certificate")
	case s == client && cfg.Roots == nil && !cfg.VerifyNothing:
		return errors.New("a client needs Roots or VerifyNothing")
	case s == server && cfg.ClientAuth > ClientAuthRequired:
		return fmt.Errorf("unknown client authentication policy %v", cfg.ClientAuth)
	case s == server && cfg.ClientAuth != ClientAuthNone && cfg.ClientCAs == nil && !cfg.VerifyNothing:
		return errors.New("a server that requests certificates needs ClientCAs or VerifyNothing")
	case s == server && cfg.ClientCAs != nil && cfg.ClientCAs.NamesSize() > maxAuthorities:
		return fmt.Errorf("the names of ClientCAs have %d bytes: want at most %d", cfg.ClientCAs.NamesSize(), maxAuthorities)
	case s == server && cfg.UnknownNames > UnknownNameRefused:
		return fmt.Errorf("unknown server_name policy %v", cfg.UnknownNames)
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

// maxAuthorities bounds the names in a CertificateRequest, in bytes: all its extensions together
// have less than 2^16 bytes (RFC 9846 §4.3), and 1 KiB is left for the others.
const maxAuthorities = 1<<16 - 1<<10

// checkLists checks suites, groups and application protocols.
func (cfg *Config) checkLists() error {
	for _, id := range cfg.Suites {
		if suiteRow(id) == nil {
			return fmt.Errorf("unknown suite %v", id)
		}
	}
	some := false
	for range cfg.enabledSuites {
		some = true
		break
	}
	if !some {
		return errors.New("no suite that the enabled versions and groups allow")
	}
	for _, g := range cfg.groups() {
		if g.row() == nil {
			return fmt.Errorf("unknown %v", g)
		}
	}
	for _, p := range cfg.ALPN {
		if len(p) == 0 || len(p) > 255 {
			return fmt.Errorf("application protocol %q: want 1 to 255 bytes", p)
		}
	}
	return nil
}

// checkSizes checks the settings that bound or pad the length of records.
func (cfg *Config) checkSizes() error {
	limit, longest := cfg.RecordSizeLimit, longestRecord(cfg.maxVersion())
	switch {
	case cfg.RecordSize < 0 || cfg.RecordSize > record.MaxPlaintext:
		return fmt.Errorf("record size %d: want 1 to %d", cfg.RecordSize, record.MaxPlaintext)
	case cfg.PadTo < 0 || cfg.PadTo > record.MaxPlaintext:
		return fmt.Errorf("padding to %d: want 1 to %d", cfg.PadTo, record.MaxPlaintext)
	case cfg.MaxFragment != 0 && !slices.Contains(maxFragments[1:], cfg.MaxFragment):
		return fmt.Errorf("max_fragment_length %d: want one of %v", cfg.MaxFragment, maxFragments[1:])
	case limit != 0 && (limit < minRecordSizeLimit || limit > longest):
		return fmt.Errorf("record_size_limit %d: want %d to %d", limit, minRecordSizeLimit, longest)
	}
	return nil
}

// checkSizing checks Config.RecordSizing and Config.MSS.
func (cfg *Config) checkSizing() error {
	switch {
	case cfg.MSS < 0 || cfg.MSS > 65535:
		return fmt.Errorf("MSS of %d bytes: want 1 to 65535", cfg.MSS)
	case cfg.RecordSizing == nil:
		return nil
	case cfg.RecordSize != 0:
		return fmt.Errorf("record size %d beside record sizing %q: leave one of them out", cfg.RecordSize, cfg.RecordSizing)
	}
	return cfg.RecordSizing.Validate()
}

// checkSchemes checks Config.SignatureSchemes.
func (cfg *Config) checkSchemes(s side) error {
	for _, id := range cfg.SignatureSchemes {
		if pki.SchemeByID(uint16(id)) == nil {
			return fmt.Errorf("unknown signature scheme %v", id)
		}
	}
	none := cfg.SignatureSchemes != nil && len(cfg.SignatureSchemes) == 0
	switch {
	case s == client && none && cfg.maxVersion() > TLS12:
		return fmt.Errorf("a client of TLS %v needs signature schemes", cfg.maxVersion())
	case s == server && none && cfg.ClientAuth != ClientAuthNone:
		return fmt.Errorf("a server that requests certificates needs signature schemes")
	}
	return nil
}

// checkRevocation checks the client's Config.Revocation.
func (cfg *Config) checkRevocation(s side) error {
	switch {
	case s == server || cfg.Revocation == RevocationNone:
		return nil
	case cfg.Revocation > RevocationFetched:
		return fmt.Errorf("unknown way to check revocation %v", cfg.Revocation)
	case cfg.VerifyNothing:
		return errors.New("revocation is checked for verified certificates only: VerifyNothing is set")
	case cfg.maxVersion() == SSL30 && cfg.Revocation == RevocationStapled:
		return errors.New("SSL 3.0 has no extension that requests a staple")
	}
	return nil
}
