package pki

import (
	"bytes"
	"fmt"
	"math/bits"
	"slices"
	"time"

	"tlslab/engine/op"
	"tlslab/engine/pki/internal/der"
)

// Roots are the trust anchors of a verifier (RFC 5280 §6.1.1). The nil Roots are empty.
type Roots struct {
	bySubject map[string][]*Certificate
	names     [][]byte // the subjects, each once, in the order given
}

// NewRoots reads trust anchors from certificates in DER, and expands their keys. Its error wraps
// that of Parse.
func NewRoots(raw ...[]byte) (*Roots, error) {
	r := &Roots{bySubject: make(map[string][]*Certificate)}
	for i, d := range raw {
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

// Names returns the subjects of the trust anchors in DER, each once, in the order given to
// NewRoots.
func (r *Roots) Names() [][]byte { return r.names }

// NamesSize returns the length in bytes of all Names as a vector of DistinguishedNames (RFC 9846
// §4.3.4), each with its length field of two bytes.
func (r *Roots) NamesSize() (n int) {
	for _, name := range r.names {
		n += 2 + len(name)
	}
	return n
}

// issuers returns the trust anchors whose subject is the certificate's issuer.
func (r *Roots) issuers(c *Certificate) []*Certificate {
	if r == nil {
		return nil
	}
	return r.bySubject[string(c.Issuer)]
}

// contain reports whether the certificate is itself a trust anchor.
func (r *Roots) contain(c *Certificate) bool {
	return r != nil && slices.ContainsFunc(r.bySubject[string(c.Subject)], func(root *Certificate) bool {
		return bytes.Equal(root.Raw, c.Raw)
	})
}

// A Purpose is a use of a leaf, as an extended key usage allows it (RFC 5280 §4.2.1.12).
type Purpose uint8

// The purposes. OCSPSigning is not for a leaf of a handshake but for the certificate of an OCSP
// responder (RFC 6960 §4.2.2.2).
const (
	ServerAuth Purpose = iota
	ClientAuth
	OCSPSigning
)

// A Verifier verifies chains against trust anchors, a purpose, a name and a time.
type Verifier struct {
	Roots   *Roots    // trust anchors; nil: none
	Purpose Purpose   // of the leaf; the certificates above it must allow it too
	Name    string    // DNS name or IP address that the leaf must be for; empty: any
	Now     time.Time // when the certificates must be valid

	// ToleratedFaults are the faults in spite of which verification goes on, and finds all others.
	// Faults outside TolerableFaults are ignored.
	ToleratedFaults ChainFault

	Count op.Counter // receives each signature check and its digest
}

// Verify verifies a chain, leaf first and the other certificates in any order (RFC 9846 §4.5.1):
// the validity periods, the leaf's name, its purpose, and each signature on a path to a trust
// anchor (RFC 5280 §6.1). The signature of a leaf that is itself a trust anchor is not checked.
// Certificate policies and name constraints are not supported: a certificate in which they are
// critical is FaultUnsupported.
//
// It returns the issuer's certificate, nil if the issuer is unknown or the leaf is a trust anchor,
// and the tolerated faults of the path that has the fewest. If no path has tolerated faults only,
// the error wraps the first fault that is not tolerated.
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

// maxSignatures bounds the signature checks of one Verify: a hostile chain may have exponentially
// many paths.
const maxSignatures = 100

// A search looks for a path from the leaf to a trust anchor.
type search struct {
	Verifier
	sent   []*Certificate // without the leaf
	budget int            // signature checks left
	issuer *Certificate   // of the leaf, on the best path found
}

// extend extends a path that ends at c and whose earlier certificates are in path. It tries trust
// anchors first, then the certificates sent. If no path reaches a trust anchor, it returns the
// first fault it met.
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
		case !reached || bits.OnesCount16(uint16(found)) < bits.OnesCount16(uint16(best)):
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
	return s.ToleratedFaults.tolerate(fault) // no certificate with the issuer's name
}

// step checks that issuer was allowed to issue c and has signed it. below is the number of
// intermediate certificates on the path up to and including c.
func (s *search) step(issuer, c *Certificate, below int) (ChainFault, error) {
	found, err := s.check(issuer)
	if err != nil {
		return 0, fmt.Errorf("issuer: %w", err)
	}
	if !issuer.isCA || !issuer.usage.allows(der.UsageKeyCertSign) {
		return 0, FaultNotCA
	}
	if issuer.maxPathLength >= 0 && below > issuer.maxPathLength {
		return 0, fmt.Errorf("%w: %d intermediate certificates below one that allows %d", FaultNotCA, below, issuer.maxPathLength)
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

// check checks one certificate of the path by itself: its validity period, critical extensions and
// purposes.
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
