package scenarios

import (
	"fmt"
	"slices"
	"tlslab/engine/protocol"

	"tlslab/engine"
)

// A fault is an impossible combination of settings. It is reported at the first of its keys that a
// setting gives.
type fault struct {
	keys    []string
	message string
}

func faultf(keys []string, format string, args ...any) []fault {
	return []fault{{keys, fmt.Sprintf(format, args...)}}
}

// blame lists the keys of a fault, the one that is most likely wrong first.
func blame(keys ...string) []string { return keys }

// complete derives what follows from other settings, and returns what cannot be.
func complete(c *Config, set map[string]setting) []fault {
	var faults []fault
	for _, k := range keys {
		if k.derive != nil {
			_, isSet := set[k.Name]
			faults = append(faults, k.derive(c, isSet)...)
		}
	}
	deriveAuthorityLink(c, set)
	for _, k := range keys {
		if k.check != nil {
			faults = append(faults, k.check(c)...)
		}
	}
	return faults
}

// deriveCipher finds the suites of tls.cipher, or of the default ciphers of all versions, unless
// tls.suite names one.
func deriveCipher(c *Config, set bool) []fault {
	t := &c.TLS
	if t.Suite != "" {
		t.Suites = []string{t.Suite}
		return nil
	}
	if !set {
		t.Cipher = defaultCipher(t.Versions.Max, t.Certificate, t.Group)
	}
	for _, v := range t.Versions.All() {
		cipher := t.Cipher
		if !set {
			cipher = defaultCipher(v, t.Certificate, t.Group)
		}
		s, ok := suiteFor(cipher, v, t.Certificate, t.Group)
		if !ok {
			return faultf(blame("tls.cipher", "tls.version", "tls.certificate", "tls.group"),
				"no suite of %s has %s with a certificate of %s and %s: %s", v.Title(), t.Cipher, t.Certificate, t.Group,
				ciphersOf(v, t.Certificate, t.Group))
		}
		t.addSuite(s)
		for _, other := range t.OtherCertificates {
			if s, ok := suiteFor(cipher, v, other, t.Group); ok {
				t.addSuite(s)
			}
		}
	}
	return nil
}

// addSuite adds a suite that is not there yet.
func (t *TLS) addSuite(s engine.Suite) {
	if !slices.Contains(t.Suites, s.Name) {
		t.Suites = append(t.Suites, s.Name)
	}
}

// checkSuite holds the suite of tls.suite to the version, the certificate and the group.
func checkSuite(c *Config) []fault {
	s, named := protocol.SuiteByName(c.TLS.Suite)
	switch {
	case !named:
	case !speaks(s, c.TLS.Versions.Max):
		return faultf(blame("tls.suite", "tls.version"), "%s belongs to the versions %s, and tls.version is %s", s.Name, Versions{s.Min, s.Max}, c.TLS.Versions)
	case !takes(s, c.TLS.Certificate):
		return faultf(blame("tls.suite", "tls.certificate"), "%s needs an %s key, and tls.certificate is %s", s.Name, s.KeyType, c.TLS.Certificate)
	case engine.GroupFamily(s.KeyExchange) != 0 && engine.GroupFamily(s.KeyExchange) != familyOf(c.TLS.Group):
		return faultf(blame("tls.suite", "tls.group"), "%s does not go with the group %s", s.Name, c.TLS.Group)
	}
	return nil
}
