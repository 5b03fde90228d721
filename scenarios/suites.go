package scenarios

import (
	"slices"

	"tlslab/engine"
	"tlslab/engine/kx"
	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
	"tlslab/engine/protocol"
)

// The names of the language are those of the engine's tables: a row added there can be written here.

func suiteNames() vocabulary {
	var words []string
	for _, s := range protocol.Suites() {
		words = append(words, s.Name)
	}
	return vocabulary{"a cipher suite", words}
}

func ciphers() vocabulary {
	var words []string
	for _, s := range protocol.Suites() {
		if !slices.Contains(words, s.Cipher) {
			words = append(words, s.Cipher)
		}
	}
	return vocabulary{"a cipher", words}
}

func groups() vocabulary {
	var words []string
	for _, g := range kx.Groups() {
		words = append(words, g.Name)
	}
	return vocabulary{"a group", words}
}

// familyOf says what a group is built on.
func familyOf(group string) kx.Family {
	if g := kx.ByName(group); g != nil {
		return g.Family
	}
	return 0
}

func certificates() vocabulary { return vocabulary{"a certificate", ca.KeyAlgorithms()} }

func signatureSchemes() vocabulary {
	var words []string
	for _, s := range pki.Schemes() {
		words = append(words, s.Name)
	}
	return vocabulary{"a signature scheme", words}
}

// chainFaultWords are the faults of a chain that can be tolerated.
func chainFaultWords() vocabulary { return vocabulary{"a flaw of a chain", pki.ChainFaultNames()} }

// clientCertificates are what a client has: a certificate, or none.
func clientCertificates() vocabulary {
	return vocabulary{"a client's certificate", append([]string{noCertificate}, ca.KeyAlgorithms()...)}
}

const noCertificate = "none"

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
