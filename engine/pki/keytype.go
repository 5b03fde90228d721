package pki

import (
	"strings"

	"tlslab/engine/protocol"
)

// A KeyType is a class of key algorithms that TLS treats alike.
type KeyType struct {
	Name       string           // "rsa", "ecdsa", "mldsa": that of a cipher suite up to TLS 1.2
	MinVersion protocol.Version // the lowest version of TLS whose handshakes these keys sign
}

// keyTypes maps the prefixes of algorithms' names to their types. Ed25519 keys are used with
// ECDSA's cipher suites (RFC 8422 §5.10). No cipher suite before TLS 1.3 is for ML-DSA keys.
var keyTypes = [...]struct {
	prefix string
	KeyType
}{
	{"rsa", KeyType{"rsa", protocol.SSL30}},
	{"ecdsa-", KeyType{"ecdsa", protocol.TLS10}},
	{"ed25519", KeyType{"ecdsa", protocol.TLS12}},
	{"mldsa", KeyType{"mldsa", protocol.TLS13}},
}

// KeyTypeOf returns the type of an algorithm's keys; the zero KeyType for an unknown algorithm.
func KeyTypeOf(algorithm string) KeyType {
	for _, k := range keyTypes {
		if strings.HasPrefix(algorithm, k.prefix) {
			return k.KeyType
		}
	}
	return KeyType{}
}
