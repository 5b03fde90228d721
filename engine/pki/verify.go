package pki

import (
	"errors"
	"time"

	"tlslab/engine/op"
)

// Verdicts on a chain other than ErrBadSignature. Errors of Parse and Verify wrap
// one of these.
var (
	ErrMalformed        = errors.New("malformed certificate")              // bad_certificate
	ErrUnsupported      = errors.New("unsupported certificate")            // unsupported_certificate
	ErrUnknownAuthority = errors.New("unknown certificate authority")      // unknown_ca
	ErrNotAuthority     = errors.New("issuer is no certificate authority") // bad_certificate
	ErrWrongName        = errors.New("certificate is for another name")    // bad_certificate
	ErrExpired          = errors.New("certificate has expired")            // certificate_expired
	ErrNotYetValid      = errors.New("certificate is not valid yet")       // certificate_expired
	ErrWrongUsage       = errors.New("certificate is for another use")     // unsupported_certificate
)

// Roots are the authorities a verifier trusts.
type Roots struct{ all []*Certificate }

// NewRoots reads trusted certificates from DER.
func NewRoots(der ...[]byte) (*Roots, error) { return nil, errors.New("roots") }

// A Purpose is what the leaf is to be used for.
type Purpose uint8

// The purposes.
const (
	ServerAuth Purpose = iota
	ClientAuth
)

// Verify checks a chain as a peer sent it, leaf first: every signature up to a
// root, validity at now, the leaf's purpose, and its name unless name is empty.
func Verify(chain []*Certificate, roots *Roots, purpose Purpose, name string, now time.Time, count op.Counter) error {
	return errors.New("verify")
}
