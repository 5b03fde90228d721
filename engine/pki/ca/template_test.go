package ca_test

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"testing"

	"tlslab/engine/pki/ca"
)

// crypto/x509 reads each certificate and writes what it read: the bytes must be the same.
func TestCryptoX509WritesTheSameCertificates(t *testing.T) {
	for _, algorithm := range []string{"ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "ed25519", "rsa2048"} {
		for _, total := range []int{0, 5000} {
			spec := chainSpec(algorithm, 3)
			spec.Size = total
			chain := mustIssue(t, spec)
			all := append(chain.Certificates, chain.Root)
			for i, der := range all {
				ours, parent := mustParse(t, der), mustParse(t, all[min(i+1, len(all)-1)])
				issuer, err := ca.GenerateKey(algorithm, fmt.Sprintf("test certificate %d", min(i+1, len(all)-1)))
				if err != nil {
					t.Fatal(err)
				}
				parent.SubjectKeyId = nil // or crypto/x509 would add an authority key identifier
				theirs, err := x509.CreateCertificate(nil, ours, parent, ours.PublicKey, issuer.Signer())
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(der, theirs) {
					t.Errorf("%s, certificate %d:\n%x, crypto/x509 writes\n%x", algorithm, i, der, theirs)
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
