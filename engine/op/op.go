// Package op names the expensive operations of a TLS handshake and of its
// records, and the counter they are reported to.
//
// Whoever performs an operation reports it; whoever listens decides what it
// means: a number of signatures, a price in nanoseconds, a line of a recording.
//
//	kx, pki, record, secrets ──Op──► Counter ──► CPU charges · recordings · traces
//
// An Op is a value without pointers besides its name, so reporting one
// allocates nothing. Its text form is one line of a recording or of a cost
// table: kind, algorithm and, where it means something, a size in bytes.
//
//	sign rsa2048
//	agree x25519
//	seal aes-128-gcm 16384
package op

import (
	"fmt"
	"strconv"
	"strings"
)

// A Kind says what is done; the algorithm says with what.
type Kind uint8

// The kinds of operation, each with the algorithms it goes with.
const (
	KeyGen  Kind = iota + 1 // an ephemeral key pair: x25519, p256
	Agree                   // a shared secret from a key pair and a peer's share
	Sign                    // a handshake signature: rsa2048, ecdsa-p256
	Verify                  // a signature check, of a handshake or of a certificate
	Encrypt                 // RSA key exchange, the client's public operation
	Decrypt                 // RSA key exchange, the server's private operation
	Seal                    // protecting a record or a ticket of Size plaintext bytes
	Open                    // its inverse, with the same Size
	Digest                  // hashing Size bytes of transcript or certificate
	Derive                  // one HMAC-sized step of a PRF or HKDF that yields Size bytes

	Encapsulate // a KEM's secret for a peer's key: mlkem768, mlkem1024; its key pair is a KeyGen
	Decapsulate // its inverse, with the private key

	Compress   // a record of Size plaintext bytes: deflate
	Decompress // its inverse, with the same Size

	Expand // an encoded public key into what verifies with it: mldsa44
)

var kindNames = [...]string{
	KeyGen:  "keygen",
	Agree:   "agree",
	Sign:    "sign",
	Verify:  "verify",
	Encrypt: "encrypt",
	Decrypt: "decrypt",
	Seal:    "seal",
	Open:    "open",
	Digest:  "digest",
	Derive:  "derive",

	Encapsulate: "encapsulate",
	Decapsulate: "decapsulate",

	Compress:   "compress",
	Decompress: "decompress",

	Expand: "expand",
}

// String returns the kind's word in the text form.
func (k Kind) String() string {
	if k >= KeyGen && int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "kind" + strconv.Itoa(int(k))
}

// An Op is one expensive operation.
type Op struct {
	Kind Kind
	Alg  string // "x25519", "p256", "rsa2048", "ecdsa-p256", "aes-128-gcm", "sha256"
	Size int    // bytes; 0 where a size means nothing
}

// String returns the text form, which Parse reads back.
func (o Op) String() string {
	if o.Size == 0 {
		return o.Kind.String() + " " + o.Alg
	}
	return o.Kind.String() + " " + o.Alg + " " + strconv.Itoa(o.Size)
}

// Parse reads the text form: a kind, an algorithm and an optional size in
// bytes, separated by blanks.
func Parse(s string) (Op, error) {
	words := strings.Fields(s)
	if len(words) != 2 && len(words) != 3 {
		return Op{}, fmt.Errorf("operation %q: want kind, algorithm and perhaps a size", s)
	}
	o := Op{Kind: kindOf(words[0]), Alg: words[1]}
	if o.Kind == 0 {
		return Op{}, fmt.Errorf("operation %q: unknown kind %q", s, words[0])
	}
	if len(words) == 3 {
		size, err := strconv.Atoi(words[2])
		if err != nil || size < 0 {
			return Op{}, fmt.Errorf("operation %q: %q is not a size in bytes", s, words[2])
		}
		o.Size = size
	}
	return o, nil
}

func kindOf(word string) Kind {
	for k, name := range kindNames {
		if name == word && name != "" {
			return Kind(k)
		}
	}
	return 0
}

// A Counter is told of every operation, in the order in which they are done.
// The nil Counter ignores them.
type Counter func(Op)

// Count reports one operation.
func (c Counter) Count(o Op) {
	if c != nil {
		c(o)
	}
}
