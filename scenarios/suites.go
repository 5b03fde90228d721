package scenarios

import (
	"slices"
	"strings"

	"tlslab/engine"
	"tlslab/engine/kx"
	"tlslab/engine/pki"
	"tlslab/engine/protocol"
)

// familyOf is the kind of a group: curve, prime field or hybrid; 0 for an unknown one.
func familyOf(group string) kx.Family {
	if g := kx.ByName(group); g != nil {
		return g.Family
	}
	return 0
}

// definedFor reports whether a suite is defined for a version.
func definedFor(s engine.Suite, v engine.Version) bool { return s.Min <= v && v <= s.Max }

// fitsCertificate reports whether a suite can be used with a type of certificate key.
func fitsCertificate(s engine.Suite, certificate string) bool {
	return s.KeyType == "" || s.KeyType == pki.KeyTypeOf(certificate).Name
}

// suiteFor finds the suite of a bulk cipher for a version, a certificate and a group. For a group
// of a prime field the suite has DHE. For another group it has ECDHE, or RSA key exchange where no
// suite with ECDHE is registered (rc4-md5, null-sha256 …).
func suiteFor(cipher string, v engine.Version, certificate, group string) (found engine.Suite, ok bool) {
	family := kx.Curve // also for a hybrid: the lower versions of a range use curves beside it
	if familyOf(group) == kx.Field {
		family = kx.Field
	}
	for _, s := range protocol.Suites() {
		switch {
		case s.Cipher != cipher || !definedFor(s, v) || !fitsCertificate(s, certificate):
		case s.KeyExchange == engine.KeyExchangeAny || engine.GroupFamily(s.KeyExchange) == family:
			return s, true
		case s.KeyExchange == engine.KeyExchangeRSA && family == kx.Curve:
			found, ok = s, true
		}
	}
	return found, ok
}

// hasBlockCipher reports whether any suite has a block cipher in CBC mode.
func (t *TLS) hasBlockCipher() bool {
	return slices.ContainsFunc(t.Suites, func(name string) bool {
		s, _ := protocol.SuiteByName(name)
		return strings.Contains(s.Cipher, "cbc")
	})
}

// defaultCiphers are tried in turn for a scenario with neither tls.cipher nor tls.suite.
var defaultCiphers = []string{"aes-128-gcm", "aes-128-cbc-sha"}

func defaultCipher(v engine.Version, certificate, group string) string {
	for _, cipher := range defaultCiphers {
		if _, ok := suiteFor(cipher, v, certificate, group); ok {
			return cipher
		}
	}
	return defaultCiphers[0]
}

// ciphersOf lists the ciphers for which suiteFor finds a suite, or "none".
func ciphersOf(v engine.Version, certificate, group string) string {
	var have []string
	for _, cipher := range ciphers().names {
		if _, ok := suiteFor(cipher, v, certificate, group); ok {
			have = append(have, cipher)
		}
	}
	if have == nil {
		return "none"
	}
	return strings.Join(have, ", ")
}
