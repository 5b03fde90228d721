package scenarios

import (
	"slices"
	"strings"

	"tlslab/engine"
	"tlslab/engine/kx"
	"tlslab/engine/pki"
	"tlslab/engine/protocol"
)

// familyOf says what a group is built on.
func familyOf(group string) kx.Family {
	if g := kx.ByName(group); g != nil {
		return g.Family
	}
	return 0
}

func speaks(s engine.Suite, v engine.Version) bool { return s.Min <= v && v <= s.Max }

func takes(s engine.Suite, certificate string) bool {
	return s.KeyType == "" || s.KeyType == pki.KeyTypeOf(certificate).Name
}

// suiteFor finds the suite that a bulk cipher means with a version, a certificate and a group: the one with DHE for a group of a
// prime field; for the others the one with ECDHE, or where none was registered (rc4-md5, null-sha256 …) the one with RSA key
// exchange.
func suiteFor(cipher string, v engine.Version, certificate, group string) (found engine.Suite, ok bool) {
	family := kx.Curve // a hybrid is for TLS 1.3, and lower versions of a range go on with its curve's kind
	if familyOf(group) == kx.Field {
		family = kx.Field
	}
	for _, s := range protocol.Suites() {
		switch {
		case s.Cipher != cipher || !speaks(s, v) || !takes(s, certificate):
		case s.KeyExchange == engine.KeyExchangeAny || engine.GroupFamily(s.KeyExchange) == family:
			return s, true
		case s.KeyExchange == engine.KeyExchangeRSA && family == kx.Curve:
			found, ok = s, true
		}
	}
	return found, ok
}

// hasBlockCipher reports whether any of the suites has a block cipher in CBC mode.
func (t *TLS) hasBlockCipher() bool {
	return slices.ContainsFunc(t.Suites, func(name string) bool {
		s, _ := protocol.SuiteByName(name)
		return strings.Contains(s.Cipher, "cbc")
	})
}

// defaultCiphers are what a scenario has that names neither cipher nor suite: the first that the
// version knows.
var defaultCiphers = []string{"aes-128-gcm", "aes-128-cbc-sha"}

func defaultCipher(v engine.Version, certificate, group string) string {
	for _, cipher := range defaultCiphers {
		if _, ok := suiteFor(cipher, v, certificate, group); ok {
			return cipher
		}
	}
	return defaultCiphers[0]
}

// ciphersOf lists the ciphers that have a suite, or says that there is none.
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
