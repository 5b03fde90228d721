package pki

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"tlslab/engine/op"
)

// Verdicts on a certificate or a chain other than ErrBadSignature. Errors of Parse
// and Verify wrap one of these.
var (
	ErrMalformed        = errors.New("malformed certificate")              // bad_certificate
	ErrUnsupported      = errors.New("unsupported certificate")            // unsupported_certificate
	ErrUnknownAuthority = errors.New("unknown certificate authority")      // unknown_ca
	ErrNotAuthority     = errors.New("issuer is no certificate authority") // certificate_unknown
	ErrWrongName        = errors.New("certificate is for another name")    // bad_certificate
	ErrExpired          = errors.New("certificate has expired")            // certificate_expired
	ErrNotYetValid      = errors.New("certificate is not valid yet")       // certificate_expired
	ErrWrongUsage       = errors.New("certificate is for another use")     // unsupported_certificate
)

// Roots are the authorities a verifier trusts.
type Roots struct {
	bySubject map[string][]*Certificate
	names     [][]byte // the subjects, each once, in the order given
}

// NewRoots reads trusted certificates from DER.
func NewRoots(der ...[]byte) (*Roots, error) {
	r := &Roots{bySubject: make(map[string][]*Certificate)}
	for i, d := range der {
		c, err := Parse(d)
		if err != nil {
			return nil, fmt.Errorf("root %d: %w", i, err)
		}
		if r.bySubject[string(c.Subject)] == nil {
			r.names = append(r.names, c.Subject)
		}
		r.bySubject[string(c.Subject)] = append(r.bySubject[string(c.Subject)], c)
	}
	return r, nil
}

// Names are the authorities' names in DER, each once, in the order in which they
// were given.
func (r *Roots) Names() [][]byte { return r.names }

// NamesSize is the length of a list of all names in bytes, with two for the length
// of each.
func (r *Roots) NamesSize() (n int) {
	for _, name := range r.names {
		n += 2 + len(name)
	}
	return n
}

// contain says whether a certificate is trusted as it stands.
func (r *Roots) contain(c *Certificate) bool {
	return slices.ContainsFunc(r.bySubject[string(c.Subject)], func(root *Certificate) bool {
		return bytes.Equal(root.Raw, c.Raw)
	})
}

// A Purpose is what the leaf is to be used for.
type Purpose uint8

// The purposes.
const (
	ServerAuth Purpose = iota
	ClientAuth
	OCSPSigning // no leaf's of a handshake, but a responder's: see VerifyStatus
)

// Verify checks a chain as a peer sent it, leaf first and the others in any order:
// validity at now, the leaf's name unless name is empty, its purpose, and every
// signature up to a root (RFC 5280 §6.1). A leaf that is itself among the roots needs
// no signature. Policies and name constraints are not
// known, so certificates with critical ones are ErrUnsupported. Its error wraps
// one of the verdicts.
func Verify(chain []*Certificate, roots *Roots, purpose Purpose, name string, now time.Time, count op.Counter) error {
	_, err := VerifyIssuer(chain, roots, purpose, name, now, count)
	return err
}

// VerifyIssuer does as Verify, and returns the certificate of whoever issued the leaf:
// nil for a leaf that is itself among the roots.
func VerifyIssuer(chain []*Certificate, roots *Roots, purpose Purpose, name string, now time.Time, count op.Counter) (issuer *Certificate, err error) {
	if len(chain) == 0 {
		return nil, fmt.Errorf("%w: no certificate", ErrMalformed)
	}
	if roots == nil {
		return nil, fmt.Errorf("%w: no roots", ErrUnknownAuthority)
	}
	leaf := chain[0]
	if err := leaf.check(now, purpose); err != nil {
		return nil, fmt.Errorf("leaf: %w", err)
	}
	if name != "" && !leaf.MatchesName(name) {
		return nil, fmt.Errorf("leaf: %w: want %q", ErrWrongName, name)
	}
	if roots.contain(leaf) {
		return nil, nil
	}
	s := search{sent: chain[1:], roots: roots, purpose: purpose, now: now, count: count, budget: maxSignatures}
	err = s.extend(leaf, make([]*Certificate, 0, 4))
	return s.issuer, err
}

// maxSignatures bounds the work a hostile set of certificates can cause.
const maxSignatures = 100

// A search looks for a path from the leaf to a root.
type search struct {
	sent    []*Certificate
	roots   *Roots
	purpose Purpose
	now     time.Time
	count   op.Counter
	budget  int
	issuer  *Certificate // of the leaf, on the path that was found
}

// extend continues a path whose end is c, below which the certificates of path lie.
// Roots come first, then what was sent. If nothing leads to a root, the first
// fault met is the verdict.
func (s *search) extend(c *Certificate, path []*Certificate) error {
	var fault error
	candidates := s.roots.bySubject[string(c.Issuer)]
	for i := range len(candidates) + len(s.sent) {
		trusted := i < len(candidates)
		var issuer *Certificate
		if trusted {
			issuer = candidates[i]
		} else if issuer = s.sent[i-len(candidates)]; !bytes.Equal(issuer.Subject, c.Issuer) || issuer == c || slices.Contains(path, issuer) {
			continue
		}
		err := s.step(issuer, c, len(path))
		if err == nil && !trusted {
			err = s.extend(issuer, append(path, c))
		}
		if err == nil {
			if len(path) == 0 {
				s.issuer = issuer
			}
			return nil
		}
		if fault == nil {
			fault = err
		}
	}
	if fault == nil {
		fault = ErrUnknownAuthority
	}
	return fault
}

// step checks that issuer may have issued c, below which other authorities lie, and
// that it did.
func (s *search) step(issuer, c *Certificate, below int) error {
	if err := issuer.check(s.now, s.purpose); err != nil {
		return fmt.Errorf("issuer: %w", err)
	}
	if !issuer.authority || !issuer.usage.allows(usageCertSign) {
		return ErrNotAuthority
	}
	if issuer.pathLength >= 0 && below > issuer.pathLength {
		return fmt.Errorf("%w: %d authorities below one that allows %d", ErrNotAuthority, below, issuer.pathLength)
	}
	if c.Scheme == nil {
		return fmt.Errorf("%w: signature algorithm", ErrUnsupported)
	}
	if s.budget--; s.budget < 0 {
		return fmt.Errorf("%w: more than %d signatures to check", ErrUnknownAuthority, maxSignatures)
	}
	return c.Scheme.Verify(&issuer.Key, c.tbs, c.signature, s.count)
}

// check holds a certificate of any place in a chain against time and purpose.
func (c *Certificate) check(now time.Time, purpose Purpose) error {
	switch {
	case now.Before(c.NotBefore):
		return fmt.Errorf("%w: before %v", ErrNotYetValid, c.NotBefore)
	case now.After(c.NotAfter):
		return fmt.Errorf("%w: on %v", ErrExpired, c.NotAfter)
	case len(c.critical) > 0:
		return fmt.Errorf("%w: critical extension %x", ErrUnsupported, []byte(c.critical))
	case !c.purposes.allow(purpose):
		return fmt.Errorf("%w: extended key usage", ErrWrongUsage)
	}
	return nil
}
