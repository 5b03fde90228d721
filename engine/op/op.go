// Package op names the expensive operations of TLS handshakes and records, and the Counter that
// they are reported to. A package that performs an operation reports it. The Counter's owner uses
// it: to count signatures, to charge CPU time, to write a recording.
//
//	kx, pki, record, secrets ──Op──► Counter ──► CPU charges · recordings · traces
//
// Reporting an Op allocates nothing. Its text form is part of recordings and cost tables: kind,
// algorithm and, if the operation has one, a size in bytes.
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

// A Kind is a kind of operation; Op.Alg is the algorithm.
type Kind uint8

// The kinds, each with examples of algorithms.
const (
	KeyGen  Kind = iota + 1 // an ephemeral key pair: x25519, p256
	Agree                   // a shared secret from a key pair and a peer's share
	Sign                    // a handshake signature: rsa2048, ecdsa-p256
	Verify                  // a signature check, of a handshake or of a certificate
	Encrypt                 // RSA key exchange, the client's public operation
	Decrypt                 // RSA key exchange, the server's private operation
	Seal                    // protecting a record or a ticket of Size plaintext bytes
	Open                    // the inverse of Seal, with the same Size
	Digest                  // hashing Size bytes of transcript or certificate
	Derive                  // one HMAC-sized step of a PRF or HKDF that yields Size bytes

	Encapsulate // a KEM's secret for a peer's key: mlkem768, mlkem1024
	Decapsulate // the inverse of Encapsulate

	Compress   // a record of Size plaintext bytes: deflate
	Decompress // the inverse of Compress, with the same Size

	Expand // expanding a public key before it checks signatures: mldsa44

	// Kernel is work of the operating system's kernel on Size bytes: read, write. Engines report
	// none; a simulated host does it.
	Kernel
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

	Kernel: "kernel",
}

// String returns the kind's name in the text form.
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
	Size int    // bytes; 0 for operations without a size
}

// String returns the text form, which Parse reads back.
func (o Op) String() string {
	if o.Size == 0 {
		return o.Kind.String() + " " + o.Alg
	}
	return o.Kind.String() + " " + o.Alg + " " + strconv.Itoa(o.Size)
}

// Parse reads the text form: kind, algorithm and optional size in bytes, separated by spaces. It
// returns an error for an unknown kind and for a size that is not a number from 0 on.
func Parse(s string) (Op, error) {
	words := strings.Fields(s)
	if len(words) != 2 && len(words) != 3 {
		return Op{}, fmt.Errorf("operation %q: want kind, algorithm and an optional size", s)
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

// A Counter receives each operation, in order. The nil Counter ignores them.
type Counter func(Op)

// Count reports one operation.
func (c Counter) Count(o Op) {
	if c != nil {
		c(o)
	}
}
