package ca

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"
	"unicode"

	"tlslab/engine/pki"
)

// A ChainSpec describes a chain to issue. Equal ChainSpecs give equal bytes.
type ChainSpec struct {
	Seed                string
	Algorithm           string    // of the leaf's key: one of KeyAlgorithms
	CAAlgorithm         string    // of the keys of root and intermediates; empty: Algorithm
	Length              int       // certificates sent, the leaf included and the root not: 1 to 32
	Size                int       // bytes of all certificates sent, padding included; 0: no padding
	Names               []string  // the leaf's DNS names and IP addresses, in ASCII
	OCSPURL             string    // of the OCSP responder that the leaf names; empty: none
	MustStaple          bool      // the leaf requires stapled OCSP responses (RFC 7633)
	NotBefore, NotAfter time.Time // validity period, to the second

	// Faults are what a verifier finds that trusts Root and verifies between NotBefore and NotAfter
	// for one of Names: a set of pki.TolerableFaults without both FaultExpired and
	// FaultNotYetValid. All are in the leaf, except that FaultUnknownCA makes Root another root
	// than the chain's.
	Faults pki.ChainFault
}

// A Chain is a certificate chain with the leaf's private key, and the root to trust.
type Chain struct {
	Certificates [][]byte // DER, leaf first, without the root
	Root         []byte   // DER
	Key          *pki.Key // the leaf's

	issuer *certTemplate // of the leaf
	seed   string
}

// maxLength bounds ChainSpec.Length: the longest chains in use have about six certificates.
const maxLength = 32

// Issue makes the chain of a ChainSpec. It returns an error for a field out of range, and for a
// Size below that of the certificates without padding.
func Issue(spec ChainSpec) (*Chain, error) {
	if spec.CAAlgorithm == "" {
		spec.CAAlgorithm = spec.Algorithm
	}
	if err := spec.check(); err != nil {
		return nil, err
	}
	templates, err := spec.templates()
	if err != nil {
		return nil, err
	}
	root, sent := templates[len(templates)-1], templates[:len(templates)-1]
	spec.addFaults(sent[0])
	chain := &Chain{Key: sent[0].key, issuer: templates[1], seed: spec.Seed}
	if chain.Root, err = spec.trustAnchor(root); err != nil {
		return nil, err
	}
	if chain.Certificates, err = signToSize(sent, spec.Size); err != nil {
		return nil, err
	}
	if spec.Faults&pki.FaultBadSignature != 0 {
		leaf := chain.Certificates[0]
		leaf[len(leaf)-1] ^= 1 // the last byte of the signature
	}
	return chain, nil
}

func (spec *ChainSpec) check() error {
	if spec.Length < 1 || spec.Length > maxLength {
		return fmt.Errorf("chain of %d certificates: want 1 to %d", spec.Length, maxLength)
	}
	if !spec.NotBefore.Before(spec.NotAfter) {
		return fmt.Errorf("chain valid from %v to %v: want the end after the beginning", spec.NotBefore, spec.NotAfter)
	}
	for _, name := range spec.Names {
		if strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII }) {
			return fmt.Errorf("name %q: want ASCII", name)
		}
	}
	if other := spec.Faults &^ pki.TolerableFaults; other != 0 {
		return fmt.Errorf("chain with the faults %s: want only %s", other.String(), pki.TolerableFaults.String())
	}
	if exclusive := pki.FaultExpired | pki.FaultNotYetValid; spec.Faults&exclusive == exclusive {
		return fmt.Errorf("chain with the faults %s: want at most one of them", exclusive.String())
	}
	return nil
}

// otherName is no host's name (RFC 6761 §6.4).
const otherName = "elsewhere.invalid"

// addFaults gives the leaf those faults that it has before it is signed.
func (spec *ChainSpec) addFaults(leaf *certTemplate) {
	lifetime := leaf.notAfter.Sub(leaf.notBefore)
	switch {
	case spec.Faults&pki.FaultExpired != 0:
		leaf.notAfter = leaf.notBefore.Add(-time.Second)
		leaf.notBefore = leaf.notAfter.Add(-lifetime)
	case spec.Faults&pki.FaultNotYetValid != 0:
		leaf.notBefore = leaf.notAfter.Add(time.Second)
		leaf.notAfter = leaf.notBefore.Add(lifetime)
	}
	if spec.Faults&pki.FaultWrongName != 0 {
		leaf.names = []string{otherName}
	}
}

// trustAnchor returns the root that verifiers are to trust: the chain's, or with FaultUnknownCA
// that of another seed.
func (spec *ChainSpec) trustAnchor(root *certTemplate) ([]byte, error) {
	if spec.Faults&pki.FaultUnknownCA == 0 {
		return root.sign(noPadding)
	}
	other := *spec
	other.Seed += " of another authority"
	templates, err := other.templates()
	if err != nil {
		return nil, err
	}
	return templates[len(templates)-1].sign(noPadding)
}

// templates lays out the chain, leaf first and root last. Certificate i > 0 allows i-1 intermediate
// certificates below it.
func (spec *ChainSpec) templates() ([]*certTemplate, error) {
	all := make([]*certTemplate, spec.Length+1)
	for i := range all {
		t := &certTemplate{
			notBefore: spec.NotBefore.UTC().Truncate(time.Second), notAfter: spec.NotAfter.UTC().Truncate(time.Second),
			isCA: i > 0, maxPathLength: i - 1,
		}
		algorithm := spec.CAAlgorithm
		switch i {
		case 0:
			t.subject, t.names, algorithm = "tlslab leaf", spec.Names, spec.Algorithm
			t.ocspURL, t.mustStaple = spec.OCSPURL, spec.MustStaple
		case spec.Length:
			t.subject = spec.rootName()
		default:
			t.subject = fmt.Sprintf("tlslab intermediate %d", spec.Length-i)
		}
		var err error
		if t.key, err = GenerateKey(algorithm, fmt.Sprintf("%s certificate %d", spec.Seed, i)); err != nil {
			return nil, err
		}
		all[i] = t
	}
	for i, t := range all {
		t.issuer = all[min(i+1, spec.Length)]
	}
	return all, nil
}

// rootName differs from seed to seed, and its length does not. With one name for all roots, a chain
// would fail at another seed's root with FaultBadSignature and not with FaultUnknownCA.
func (spec *ChainSpec) rootName() string {
	sum := sha256.Sum256([]byte(spec.Seed))
	return fmt.Sprintf("tlslab root %x", sum[:4])
}
