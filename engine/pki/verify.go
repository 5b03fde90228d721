package pki

import (
	"bytes"
	"fmt"
	"math/bits"
	"slices"
	"time"

	"tlslab/engine/op"
)

// Roots are the authorities a verifier trusts.
type Roots struct {
	bySubject map[string][]*Certificate
	names     [][]byte // the subjects, each once, in the order given
}

// NewRoots reads trusted certificates from DER, and readies their keys.
func NewRoots(der ...[]byte) (*Roots, error) {
	r := &Roots{bySubject: make(map[string][]*Certificate)}
	for i, d := range der {
		c, err := Parse(d)
		if err != nil {
			return nil, fmt.Errorf("root %d: %w", i, err)
		}
		c.Key.Expand(nil)
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

// issuers are the roots that may have issued a certificate.
func (r *Roots) issuers(c *Certificate) []*Certificate {
	if r == nil {
		return nil
	}
	return r.bySubject[string(c.Issuer)]
}

// contain says whether a certificate is trusted as it stands.
func (r *Roots) contain(c *Certificate) bool {
	return r != nil && slices.ContainsFunc(r.bySubject[string(c.Subject)], func(root *Certificate) bool {
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

// A Verifier is what a chain is held against.
type Verifier struct {
	Roots   *Roots // nil: none
	Purpose Purpose
	Name    string // that the leaf must be for, a DNS name or an IP address; empty: any
	Now     time.Time

	// ToleratedFaults are the faults in spite of which verification goes on, and finds all others.
	// Faults outside TolerableFaults are ignored.
	ToleratedFaults ChainFault

	Count op.Counter
}

// Verify checks a chain as a peer sent it, leaf first and the others in any order:
// validity, the leaf's name, its purpose, and every signature up to a root (RFC 5280
// §6.1). A leaf that is itself among the roots needs no signature. Policies and name
// constraints are not known, so certificates with critical ones are FaultUnsupported.
// It returns the certificate of whoever issued the leaf, nil where that is not known or
// the leaf is among the roots, and the verdicts that were tolerated, on the path to a
// root that has the fewest; or an error that wraps the first fault that is not.
func (v *Verifier) Verify(chain []*Certificate) (issuer *Certificate, tolerated ChainFault, err error) {
	if len(chain) == 0 {
		return nil, 0, fmt.Errorf("%w: no certificate", FaultMalformed)
	}
	leaf := chain[0]
	found, err := v.check(leaf)
	if err == nil && v.Name != "" && !leaf.MatchesName(v.Name) {
		var wrong ChainFault
		wrong, err = v.ToleratedFaults.tolerate(fmt.Errorf("%w: want %q", FaultWrongName, v.Name))
		found |= wrong
	}
	if err != nil {
		return nil, 0, fmt.Errorf("leaf: %w", err)
	}
	if v.Roots.contain(leaf) {
		return nil, found, nil
	}
	s := search{Verifier: *v, sent: chain[1:], budget: maxSignatures}
	above, err := s.extend(leaf, make([]*Certificate, 0, 4))
	return s.issuer, found | above, err
}

// maxSignatures bounds the work a hostile set of certificates can cause.
const maxSignatures = 100

// A search looks for a path from the leaf to a root.
type search struct {
	Verifier
	sent   []*Certificate
	budget int
	issuer *Certificate // of the leaf, on the path that was found
}

// extend continues a path whose end is c, below which the certificates of path lie.
// Roots come first, then what was sent. If nothing leads to a root, the first
// fault met is the verdict.
func (s *search) extend(c *Certificate, path []*Certificate) (best ChainFault, fault error) {
	candidates := s.Roots.issuers(c)
	fault = FaultUnknownCA
	met, reached := false, false
	for i := range len(candidates) + len(s.sent) {
		trusted := i < len(candidates)
		var issuer *Certificate
		if trusted {
			issuer = candidates[i]
		} else if issuer = s.sent[i-len(candidates)]; !bytes.Equal(issuer.Subject, c.Issuer) || issuer == c || slices.Contains(path, issuer) {
			continue
		}
		found, err := s.step(issuer, c, len(path))
		if err == nil && !trusted {
			var above ChainFault
			above, err = s.extend(issuer, append(path, c))
			found |= above
		}
		switch {
		case err != nil && !met:
			fault, met = err, true
		case err != nil:
		case !reached || bits.OnesCount8(uint8(found)) < bits.OnesCount8(uint8(best)):
			best, reached = found, true
			if len(path) == 0 {
				s.issuer = issuer
			}
		}
		if reached && best == 0 {
			return 0, nil
		}
	}
	switch {
	case reached:
		return best, nil
	case met:
		return 0, fault
	}
	return s.ToleratedFaults.tolerate(fault) // nobody is left to ask
}

// step checks that issuer may have issued c, below which other authorities lie, and
// that it did.
func (s *search) step(issuer, c *Certificate, below int) (ChainFault, error) {
	found, err := s.check(issuer)
	if err != nil {
		return 0, fmt.Errorf("issuer: %w", err)
	}
	if !issuer.authority || !issuer.usage.allows(usageCertSign) {
		return 0, FaultNotCA
	}
	if issuer.pathLength >= 0 && below > issuer.pathLength {
		return 0, fmt.Errorf("%w: %d authorities below one that allows %d", FaultNotCA, below, issuer.pathLength)
	}
	if c.Scheme == nil {
		return 0, fmt.Errorf("%w: signature algorithm", FaultUnsupported)
	}
	if s.budget--; s.budget < 0 {
		return 0, fmt.Errorf("%w: more than %d signatures to check", FaultUnknownCA, maxSignatures)
	}
	if err := c.Scheme.Verify(&issuer.Key, c.tbs, c.signature, s.Count); err != nil {
		bad, err := s.ToleratedFaults.tolerate(fmt.Errorf("%w: %w", FaultBadSignature, err))
		return found | bad, err
	}
	return found, nil
}

// check holds a certificate of any place in a chain against time and purpose.
func (v *Verifier) check(c *Certificate) (found ChainFault, err error) {
	switch {
	case v.Now.Before(c.NotBefore):
		found, err = v.ToleratedFaults.tolerate(fmt.Errorf("%w: before %v", FaultNotYetValid, c.NotBefore))
	case v.Now.After(c.NotAfter):
		found, err = v.ToleratedFaults.tolerate(fmt.Errorf("%w: on %v", FaultExpired, c.NotAfter))
	}
	switch {
	case err != nil:
		return 0, err
	case len(c.critical) > 0:
		return 0, fmt.Errorf("%w: critical extension %x", FaultUnsupported, []byte(c.critical))
	case !c.purposes.allow(v.Purpose):
		return 0, fmt.Errorf("%w: extended key usage", FaultWrongUsage)
	}
	return found, nil
}
