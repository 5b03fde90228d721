package pki

import (
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"net/netip"
	"time"
)

// A Spec says what chain to make. Equal Specs give equal bytes.
type Spec struct {
	Seed                string
	Algorithm           string   // of the leaf's key: "rsa2048", "ecdsa-p256", …
	Authority           string   // of the authorities' keys; Algorithm if empty
	Length              int      // certificates sent, leaf included and root not: at least 1
	Size                int      // bytes of all certificates sent together; 0: as they come
	Names               []string // the leaf's DNS names and IP addresses
	NotBefore, NotAfter time.Time
}

// A Chain is what one side needs to show who it is, and the root to trust.
type Chain struct {
	Certificates [][]byte // DER, leaf first, without the root
	Root         []byte   // DER
	Key          *Key     // the leaf's
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
	links, err := spec.links()
	if err != nil {
		return nil, err
	}
	root, sent := links[len(links)-1], links[:len(links)-1]
	chain := &Chain{Key: sent[0].key}
	if chain.Root, err = root.make(nothing); err != nil {
		return nil, err
	}
	if chain.Certificates, err = fit(sent, spec.Size); err != nil {
		return nil, err
	}
	return chain, nil
}

// A link is a certificate of a chain to be made.
type link struct {
	template *x509.Certificate
	key      *Key
	issuer   *link // itself at the root
}

// links lays out the chain, leaf first and root last.
func (spec *Spec) links() ([]*link, error) {
	all := make([]*link, spec.Length+1)
	for i := range all {
		l := &link{}
		algorithm := spec.Authority
		switch {
		case i == 0:
			l.template, algorithm = spec.leaf(), spec.Algorithm
		case i == spec.Length:
			l.template = spec.authority(spec.rootName(), i)
		default:
			l.template = spec.authority(fmt.Sprintf("tlslab intermediate %d", spec.Length-i), i)
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

func (spec *Spec) leaf() *x509.Certificate {
	t := spec.template("tlslab leaf")
	t.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment
	t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	for _, name := range spec.Names {
		if address, err := netip.ParseAddr(name); err == nil {
			t.IPAddresses = append(t.IPAddresses, address.AsSlice())
		} else {
			t.DNSNames = append(t.DNSNames, name)
		}
	}
	return t
}

// authority is the template of the i-th certificate, which may stand above i-1
// other authorities.
func (spec *Spec) authority(name string, i int) *x509.Certificate {
	t := spec.template(name)
	t.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	t.IsCA = true
	t.MaxPathLen, t.MaxPathLenZero = i-1, i == 1
	return t
}

func (spec *Spec) template(name string) *x509.Certificate {
	return &x509.Certificate{
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             spec.NotBefore.UTC().Truncate(time.Second),
		NotAfter:              spec.NotAfter.UTC().Truncate(time.Second),
		BasicConstraintsValid: true,
	}
}

// make signs the certificate with so much padding. Signatures are deterministic,
// so the bytes depend on the Spec alone.
func (l *link) make(p padding) ([]byte, error) {
	t := *l.template
	t.SerialNumber = p.serialNumber()
	t.ExtraExtensions = p.extensions()
	der, err := x509.CreateCertificate(nil, &t, l.issuer.template, l.key.signer.Public(), l.issuer.key.signer)
	if err != nil {
		return nil, fmt.Errorf("make certificate %q: %w", t.Subject.CommonName, err)
	}
	return der, nil
}
