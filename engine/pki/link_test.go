package pki_test

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"testing"

	"tlslab/engine/pki"
)

// A certificate made again by crypto/x509 from what it reads in ours is the same,
// byte for byte.
func TestCertificatesAreWrittenAsByCryptoX509(t *testing.T) {
	for _, algorithm := range []string{"ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "ed25519", "rsa2048"} {
		for _, total := range []int{0, 5000} {
			s := spec(algorithm, 3)
			s.Size = total
			chain := mustMake(t, s)
			all := append(chain.Certificates, chain.Root)
			for i, der := range all {
				ours, parent := mustParse(t, der), mustParse(t, all[min(i+1, len(all)-1)])
				issuer, err := pki.GenerateKey(algorithm, fmt.Sprintf("test certificate %d", min(i+1, len(all)-1)))
				if err != nil {
					t.Fatal(err)
				}
				parent.SubjectKeyId = nil // which would put an authority key identifier into the child
				theirs, err := x509.CreateCertificate(nil, ours, parent, ours.PublicKey, issuer.Signer())
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(der, theirs) {
					t.Errorf("%s, certificate %d:\n%x, crypto/x509 makes\n%x", algorithm, i, der, theirs)
				}
			}
		}
	}
}

func mustParse(t *testing.T, der []byte) *x509.Certificate {
	t.Helper()
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range c.Extensions {
		if x.Id.Equal(asn1.ObjectIdentifier{2, 999, 1}) {
			c.ExtraExtensions = []pkix.Extension{x}
		}
	}
	return c
}
