package pki

import "strings"

// A Kind is what keys of some algorithms have in common for TLS.
type Kind struct {
	Name  string // "rsa", "ecdsa": what cipher suites up to TLS 1.2 ask for
	Since uint16 // the lowest version of TLS whose handshakes they sign
}

// kinds goes by how the names of algorithms begin. Ed25519 keys serve in ECDSA's
// suites (RFC 8422 §5.10), which TLS was the first to have; no suite before TLS 1.3 takes ML-DSA's.
var kinds = [...]struct {
	prefix string
	Kind
}{
	{"rsa", Kind{"rsa", ssl30}},
	{"ecdsa-", Kind{"ecdsa", tls10}},
	{"ed25519", Kind{"ecdsa", tls12}},
	{"mldsa", Kind{"mldsa", tls13}},
}

// KindOf returns the kind of an algorithm's keys, the zero Kind if it is unknown.
func KindOf(algorithm string) Kind {
	for _, k := range kinds {
		if strings.HasPrefix(algorithm, k.prefix) {
			return k.Kind
		}
	}
	return Kind{}
}
