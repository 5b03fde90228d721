package scenarios

import (
	"fmt"
	"slices"

	"tlslab/engine"
	"tlslab/engine/protocol"
)

// A conflict is an impossible combination of settings. It is reported at the first of its keys that
// has a setting.
type conflict struct {
	keys    []string
	message string
}

func conflictf(keys []string, format string, args ...any) []conflict {
	return []conflict{{keys, fmt.Sprintf(format, args...)}}
}

// blame lists the keys of a conflict, the most likely mistake first.
func blame(keys ...string) []string { return keys }

// complete derives the values that follow from settings, and returns the impossible combinations.
func complete(c *Config, set map[string]setting) []conflict {
	var conflicts []conflict
	for _, k := range keys {
		if k.derive != nil {
			_, isSet := set[k.Name]
			conflicts = append(conflicts, k.derive(c, isSet)...)
		}
	}
	deriveAuthorityLink(c, set)
	for _, k := range keys {
		if k.check != nil {
			conflicts = append(conflicts, k.check(c)...)
		}
	}
	return conflicts
}

// deriveCipher resolves tls.cipher, or the default cipher of each version, to cipher suites.
// tls.suite replaces them.
func deriveCipher(c *Config, set bool) []conflict {
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
			return conflictf(blame("tls.cipher", "tls.version", "tls.certificate", "tls.group"),
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

// addSuite adds a suite once.
func (t *TLS) addSuite(s engine.Suite) {
	if !slices.Contains(t.Suites, s.Name) {
		t.Suites = append(t.Suites, s.Name)
	}
}

// checkSuite compares tls.suite with the version, the certificate and the group.
func checkSuite(c *Config) []conflict {
	s, named := protocol.SuiteByName(c.TLS.Suite)
	switch {
	case !named:
	case !definedFor(s, c.TLS.Versions.Max):
		return conflictf(blame("tls.suite", "tls.version"), "%s belongs to the versions %s, and tls.version is %s", s.Name, Versions{s.Min, s.Max}, c.TLS.Versions)
	case !fitsCertificate(s, c.TLS.Certificate):
		return conflictf(blame("tls.suite", "tls.certificate"), "%s needs an %s key, and tls.certificate is %s", s.Name, s.KeyType, c.TLS.Certificate)
	case engine.GroupFamily(s.KeyExchange) != 0 && engine.GroupFamily(s.KeyExchange) != familyOf(c.TLS.Group):
		return conflictf(blame("tls.suite", "tls.group"), "%s does not go with the group %s", s.Name, c.TLS.Group)
	}
	return nil
}
