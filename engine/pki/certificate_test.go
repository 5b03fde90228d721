package pki_test

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"slices"
	"testing"
	"time"

	"tlslab/engine/pki"
)

func TestCertificatesAreReadAsByCryptoX509(t *testing.T) {
	for _, algorithm := range []string{"ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "ed25519", "rsa2048"} {
		for _, der := range mustIssue(t, chainSpec(algorithm, 2)).Certificates {
			compare(t, algorithm, der)
		}
	}
	// RFC 5280 §4.1.2.5: UTCTime until 2049, GeneralizedTime from 2050.
	for _, instant := range []time.Time{
		time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1999, 12, 31, 23, 59, 59, 0, time.UTC),
		time.Date(2000, 2, 29, 1, 2, 3, 0, time.UTC), time.Date(2049, 12, 31, 23, 59, 59, 0, time.UTC),
		time.Date(2050, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
	} {
		p := x509Chain(t, func(leaf, _, _ *x509.Certificate) { leaf.NotBefore, leaf.NotAfter = instant, instant })
		compare(t, instant.String(), p.chain[0])
	}
}

func compare(t *testing.T, name string, der []byte) {
	t.Helper()
	ours, err1 := pki.Parse(der)
	theirs, err2 := x509.ParseCertificate(der)
	if err1 != nil || err2 != nil {
		t.Fatalf("%s: %v, crypto/x509: %v", name, err1, err2)
	}
	if !ours.NotBefore.Equal(theirs.NotBefore) || !ours.NotAfter.Equal(theirs.NotAfter) {
		t.Errorf("%s: valid from %v to %v, want %v to %v", name, ours.NotBefore, ours.NotAfter, theirs.NotBefore, theirs.NotAfter)
	}
	if !bytes.Equal(ours.Subject, theirs.RawSubject) || !bytes.Equal(ours.Issuer, theirs.RawIssuer) {
		t.Errorf("%s: subject %x of issuer %x", name, ours.Subject, ours.Issuer)
	}
	if names := ours.DNSNames(); !slices.Equal(names, theirs.DNSNames) {
		t.Errorf("%s: names %q, want %q", name, names, theirs.DNSNames)
	}
	same := ours.Key.RSA != nil && ours.Key.RSA.Equal(theirs.PublicKey) || ours.Key.ECDSA != nil && ours.Key.ECDSA.Equal(theirs.PublicKey) ||
		ours.Key.Ed25519 != nil && ours.Key.Ed25519.Equal(theirs.PublicKey)
	if !same {
		t.Errorf("%s: the public key differs from crypto/x509's", name)
	}
}

func TestMatchesName(t *testing.T) {
	certificate, err := pki.Parse(mustIssue(t, chainSpec("ecdsa-p256", 1)).Certificates[0])
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]bool{
		"server.example": true, "server.example.": true, "SERVER.EXAMPLE": true, "xserver.example": false,
		"a.wild.example": true, "wild.example": false, ".wild.example": false, "a.b.wild.example": false, "*.wild.example": true,
		"192.0.2.7": true, "::ffff:192.0.2.7": true, "192.0.2.70": false, "": false, ".": false,
	} {
		if got := certificate.MatchesName(host); got != want {
			t.Errorf("%q matches: %v, want %v", host, got, want)
		}
	}
}

// Each certificate is a valid one with some bytes changed.
func TestContradictoryFieldsAreMalformed(t *testing.T) {
	good := mustIssue(t, chainSpec("ecdsa-p256", 1)).Certificates[0]
	ecdsaSHA256, ecdsaSHA384 := []byte("\x2a\x86\x48\xce\x3d\x04\x03\x02"), []byte("\x2a\x86\x48\xce\x3d\x04\x03\x03")
	version3, version2 := []byte{0xa0, 3, 2, 1, 2}, []byte{0xa0, 3, 2, 1, 1}
	change := func(from, to []byte, which int) []byte {
		if bytes.Count(good, from) <= which {
			t.Fatalf("%x is not in the certificate", from)
		}
		der, at := bytes.Clone(good), 0
		for range which + 1 {
			at += bytes.Index(der[at:], from) + 1
		}
		copy(der[at-1:], to)
		return der
	}
	for name, der := range map[string][]byte{
		"two signature algorithms": change(ecdsaSHA256, ecdsaSHA384, 1),
		"extensions in version 2":  change(version3, version2, 0),
		"a point off the curve":    change([]byte{0x03, 0x42, 0, 4}, []byte{0x03, 0x42, 0, 5}, 0),
		"month 13":                 change([]byte("260101000000Z"), []byte("261301000000Z"), 0),
		"30 February":              change([]byte("260101000000Z"), []byte("260230000000Z"), 0),
		"letters in a time":        change([]byte("260101000000Z"), []byte("26o101000000Z"), 0),
	} {
		if _, err := pki.Parse(der); !errors.Is(err, pki.FaultMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for cut := range good {
		if _, err := pki.Parse(good[:cut]); !errors.Is(err, pki.FaultMalformed) {
			t.Fatalf("%d bytes of %d: %v", cut, len(good), err)
		}
	}
}

func TestRepeatedExtensionsAreMalformed(t *testing.T) {
	usage := pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 15}, Value: []byte{3, 2, 7, 0x80}}
	p := x509Chain(t, func(leaf, _, _ *x509.Certificate) { leaf.ExtraExtensions = []pkix.Extension{usage, usage} })
	if _, err := pki.Parse(p.chain[0]); !errors.Is(err, pki.FaultMalformed) {
		t.Errorf("two key usages: %v, want FaultMalformed", err)
	}
	if p.theirs() == nil {
		t.Error("crypto/x509 accepts it")
	}
}

func TestUnknownKeyAlgorithmsAreUnsupported(t *testing.T) {
	good := mustIssue(t, chainSpec("ecdsa-p256", 1)).Certificates[0]
	p256 := []byte("\x2a\x86\x48\xce\x3d\x03\x01\x07")
	der := bytes.Clone(good)
	copy(der[bytes.Index(der, p256):], "\x2a\x86\x48\xce\x3d\x03\x01\x06")
	if _, err := pki.Parse(der); !errors.Is(err, pki.FaultUnsupported) {
		t.Errorf("unknown curve: %v, want FaultUnsupported", err)
	}
}
