package pki

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// A Spec says what chain to make. Equal Specs give equal bytes.
type Spec struct {
	Seed                string
	Algorithm           string   // of the leaf's key: "rsa2048", "ecdsa-p256", …
	Authority           string   // of the authorities' keys; Algorithm if empty
	Length              int      // certificates sent, leaf included and root not: at least 1
	Size                int      // bytes of all certificates sent together; 0: as they come
	Names               []string // the leaf's DNS names and IP addresses
	StatusURL           string   // where the leaf says that an OCSP responder is; empty: it does not
	MustStaple          bool     // the leaf says that its server staples OCSP responses (RFC 7633)
	NotBefore, NotAfter time.Time

	// Faults are what a verifier at any time between NotBefore and NotAfter finds, if
	// it knows one of Names: the leaf's doing, but for the root, which is not the one
	// that FaultUnknownCA's chain leads to.
	Faults ChainFault
}

// A Chain is what one side needs to show who it is, and the root to trust.
type Chain struct {
	Certificates [][]byte // DER, leaf first, without the root
	Root         []byte   // DER
	Key          *Key     // the leaf's

	issuer *link // the leaf's, for what else it signs
	seed   string
}

// maxLength bounds a chain: the longest ones in use have half a dozen certificates.
const maxLength = 32

// Make makes the chain of a Spec. It fails for a Spec out of range and for a Size
// that is less than the certificates take without padding.
func Make(spec Spec) (*Chain, error) {
	if spec.Authority == "" {
		spec.Authority = spec.Algorithm
	}
	if spec.Length < 1 || spec.Length > maxLength {
		return nil, fmt.Errorf("chain of %d certificates: want 1 to %d", spec.Length, maxLength)
	}
	if !spec.NotBefore.Before(spec.NotAfter) {
		return nil, fmt.Errorf("chain is valid from %v to %v: want the end after the beginning", spec.NotBefore, spec.NotAfter)
	}
	for _, name := range spec.Names {
		if strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII }) {
			return nil, fmt.Errorf("name %q is not in ASCII", name)
		}
	}
	if spec.Faults&FaultExpired != 0 && spec.Faults&FaultNotYetValid != 0 {
		return nil, fmt.Errorf("chain with the faults %s: want at most one of them", (FaultExpired | FaultNotYetValid).String())
	}
	links, err := spec.links()
	if err != nil {
		return nil, err
	}
	root, sent := links[len(links)-1], links[:len(links)-1]
	spec.spoil(sent[0])
	chain := &Chain{Key: sent[0].key, issuer: links[1], seed: spec.Seed}
	if chain.Root, err = spec.trusted(root); err != nil {
		return nil, err
	}
	if chain.Certificates, err = fit(sent, spec.Size); err != nil {
		return nil, err
	}
	if spec.Faults&FaultBadSignature != 0 {
		leaf := chain.Certificates[0]
		leaf[len(leaf)-1] ^= 1 // of the signature's last byte
	}
	return chain, nil
}

// nowhere is the name of no host (RFC 6761 §6.4).
const nowhere = "elsewhere.invalid"

// spoil gives a leaf the flaws that it has before it is signed.
func (spec *Spec) spoil(leaf *link) {
	lifetime := leaf.notAfter.Sub(leaf.notBefore)
	switch {
	case spec.Faults&FaultExpired != 0:
		leaf.notAfter = leaf.notBefore.Add(-time.Second)
		leaf.notBefore = leaf.notAfter.Add(-lifetime)
	case spec.Faults&FaultNotYetValid != 0:
		leaf.notBefore = leaf.notAfter.Add(time.Second)
		leaf.notAfter = leaf.notBefore.Add(lifetime)
	}
	if spec.Faults&FaultWrongName != 0 {
		leaf.names = []string{nowhere}
	}
}

// trusted is the root that verifiers are to trust: another one than the chain's where
// that is to be unknown.
func (spec *Spec) trusted(root *link) ([]byte, error) {
	if spec.Faults&FaultUnknownCA == 0 {
		return root.make(nothing)
	}
	other := *spec
	other.Seed += " of another authority"
	links, err := other.links()
	if err != nil {
		return nil, err
	}
	return links[len(links)-1].make(nothing)
}

// links lays out the chain, leaf first and root last. The i-th certificate may
// stand above i-1 other authorities.
func (spec *Spec) links() ([]*link, error) {
	all := make([]*link, spec.Length+1)
	for i := range all {
		l := &link{
			notBefore: spec.NotBefore.UTC().Truncate(time.Second), notAfter: spec.NotAfter.UTC().Truncate(time.Second),
			authority: i > 0, pathLength: i - 1,
		}
		algorithm := spec.Authority
		switch i {
		case 0:
			l.name, l.names, algorithm = "tlslab leaf", spec.Names, spec.Algorithm
			l.statusURL, l.mustStaple = spec.StatusURL, spec.MustStaple
		case spec.Length:
			l.name = spec.rootName()
		default:
			l.name = fmt.Sprintf("tlslab intermediate %d", spec.Length-i)
		}
		var err error
		if l.key, err = GenerateKey(algorithm, fmt.Sprintf("%s certificate %d", spec.Seed, i)); err != nil {
			return nil, err
		}
		all[i] = l
	}
	for i, l := range all {
		l.issuer = all[min(i+1, spec.Length)]
	}
	return all, nil
}

// rootName differs from seed to seed, so that a chain of another seed leads to
// no root instead of to a root that did not sign it. Its length does not.
func (spec *Spec) rootName() string {
	sum := sha256.Sum256([]byte(spec.Seed))
	return fmt.Sprintf("tlslab root %x", sum[:4])
}
