package pki_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"testing"

	"tlslab/engine/pki"
)

// bareVerify is the digest and the signature check alone.
func bareVerify(b *testing.B, c *pki.Certificate, issuer *pki.PublicKey) {
	b.Helper()
	parsed, ok := bareParsed[string(c.Raw)]
	if !ok {
		parsed, _ = x509.ParseCertificate(c.Raw)
		bareParsed[string(c.Raw)] = parsed
	}
	digest := sha256.Sum256(parsed.RawTBSCertificate)
	if issuer.RSA != nil {
		ok = rsa.VerifyPKCS1v15(issuer.RSA, crypto.SHA256, digest[:], parsed.Signature) == nil
	} else {
		ok = ecdsa.VerifyASN1(issuer.ECDSA, digest[:], parsed.Signature)
	}
	if !ok {
		b.Fatal("bad signature")
	}
}

var bareParsed = map[string]*x509.Certificate{}
