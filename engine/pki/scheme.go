package pki

import (
	"errors"
	"io"

	"tlslab/engine/op"
)

// A Scheme is one row of the table of signature schemes (RFC 9846 §4.2.3).
type Scheme struct {
	ID    uint16
	Name  string // "ecdsa_secp256r1_sha256"
	TLS13 bool   // may sign a TLS 1.3 handshake, not only certificates
}

// ErrBadSignature says that a signature is not its key's over its message.
var ErrBadSignature = errors.New("bad signature")

// Schemes lists all schemes in order of preference.
func Schemes() []*Scheme { return nil }

// SchemeByID returns the scheme with a codepoint, nil if there is none.
func SchemeByID(id uint16) *Scheme { return nil }

// Provider names the packages the primitives come from, for cost tables.
func Provider() string { return "crypto/rsa, crypto/ecdsa" }

// Fits says whether keys of this kind can make such signatures in a version: TLS
// 1.3 ties ECDSA schemes to their curves and has no PKCS #1 v1.5.
func (s *Scheme) Fits(key *PublicKey, version uint16) bool { return false }

// Sign signs a message. Schemes that are deterministic read nothing from rand.
func (s *Scheme) Sign(rand io.Reader, key *Key, message []byte, count op.Counter) ([]byte, error) {
	return nil, errors.New("sign")
}

// Verify checks a signature over a message; its error wraps ErrBadSignature.
func (s *Scheme) Verify(key *PublicKey, message, signature []byte, count op.Counter) error {
	return errors.New("verify")
}
