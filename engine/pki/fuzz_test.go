package pki_test

import (
	"bytes"
	"crypto/x509"
	"errors"
	"slices"
	"testing"

	"tlslab/engine/pki"
)

// Parse refuses any input as malformed or unsupported, or reads it as crypto/x509 does, if that
// accepts it.
func FuzzParse(f *testing.F) {
	for _, algorithm := range []string{"ecdsa-p256", "rsa2048", "ed25519", "mldsa44"} {
		chain := mustIssue(f, chainSpec(algorithm, 2))
		for _, der := range append(chain.Certificates, chain.Root) {
			f.Add(der)
		}
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		c, err := pki.Parse(der)
		if err != nil {
			if !errors.Is(err, pki.FaultMalformed) && !errors.Is(err, pki.FaultUnsupported) {
				t.Errorf("neither malformed nor unsupported: %v", err)
			}
			return
		}
		c.MatchesName("server.example")
		if !bytes.Equal(c.Raw, der) {
			t.Error("Raw is not the input")
		}
		theirs, err := x509.ParseCertificate(der)
		if err != nil {
			return
		}
		if !bytes.Equal(c.Subject, theirs.RawSubject) || !bytes.Equal(c.Issuer, theirs.RawIssuer) ||
			!c.NotBefore.Equal(theirs.NotBefore) || !c.NotAfter.Equal(theirs.NotAfter) || !slices.Equal(c.DNSNames(), theirs.DNSNames) {
			t.Errorf("read as %q %q %v %v %v, by crypto/x509 as %q %q %v %v %v", c.Subject, c.Issuer, c.NotBefore, c.NotAfter, c.DNSNames(),
				theirs.RawSubject, theirs.RawIssuer, theirs.NotBefore, theirs.NotAfter, theirs.DNSNames)
		}
	})
}

// Verify ends for any chain, and never accepts a changed certificate.
func FuzzVerify(f *testing.F) {
	chain := mustIssue(f, chainSpec("ecdsa-p256", 2))
	roots, err := pki.NewRoots(chain.Root)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint8(0), uint16(100), []byte{1})
	f.Add(uint8(1), uint16(300), []byte("\x30\x00"))
	f.Fuzz(func(t *testing.T, which uint8, at uint16, with []byte) {
		sent := slices.Clone(chain.Certificates)
		i := int(which) % len(sent)
		changed := slices.Clone(sent[i])
		copy(changed[int(at)%len(changed):], with)
		sent[i] = changed
		parsed, err := pki.ParseChain(sent)
		if err != nil {
			return
		}
		_, _, err = (&pki.Verifier{Roots: roots, Name: "server.example", Now: now}).Verify(parsed)
		if err == nil && !bytes.Equal(changed, chain.Certificates[i]) {
			t.Errorf("certificate %d is trusted with %x at %d", i, with, int(at)%len(changed))
		}
	})
}

// Scheme.Verify accepts no other bytes than the signature that was made.
func FuzzVerifySignature(f *testing.F) {
	message := []byte("message")
	type signed struct {
		scheme    *pki.Scheme
		key       *pki.Key
		signature []byte
	}
	var all []signed
	for _, algorithm := range []string{"ecdsa-p256", "ecdsa-p521", "rsa2048", "ed25519", "mldsa44", "mldsa87"} {
		key := mustKey(f, algorithm)
		for _, s := range pki.Schemes() {
			if !s.Fits(&key.Public, 0x0303) && !s.Fits(&key.Public, 0x0304) {
				continue
			}
			signature, err := s.Sign(bytes.NewReader(make([]byte, 1<<10)), key, message, nil)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(uint8(len(all)), signature)
			f.Add(uint8(len(all)), signature[1:])
			all = append(all, signed{s, key, signature})
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, signature []byte) {
		x := all[int(which)%len(all)]
		err := x.scheme.Verify(&x.key.Public, message, signature, nil)
		if same := bytes.Equal(signature, x.signature); (err == nil) != same || err != nil && !errors.Is(err, pki.ErrBadSignature) {
			t.Errorf("%s: %x: %v", x.scheme.Name, signature, err)
		}
	})
}

// OCSPRequestsStatus reads any input as a request for the certificate, for others, or as malformed.
func FuzzOCSPRequestsStatus(f *testing.F) {
	chain := mustIssue(f, chainSpec("ecdsa-p256", 2))
	parsed, err := pki.ParseChain(chain.Certificates)
	if err != nil {
		f.Fatal(err)
	}
	request := pki.OCSPRequest(parsed[0], parsed[1])
	f.Add(request)
	f.Add(request[:len(request)-1])
	f.Add(pki.OCSPRequest(parsed[1], parsed[1]))
	f.Fuzz(func(t *testing.T, in []byte) {
		requested, err := pki.OCSPRequestsStatus(in, parsed[0], parsed[1])
		if err != nil && (requested || !errors.Is(err, pki.ErrOCSPMalformed)) || err == nil && !requested && bytes.Equal(in, request) {
			t.Errorf("%x: %v, %v", in, requested, err)
		}
	})
}
