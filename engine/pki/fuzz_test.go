package pki_test

import (
	"bytes"
	"crypto/x509"
	"errors"
	"slices"
	"testing"

	"tlslab/engine/pki"
)

// Whatever a peer sends as a certificate, it is refused as malformed or
// unsupported, or read: as crypto/x509 reads it, where that does.
func FuzzParse(f *testing.F) {
	for _, algorithm := range []string{"ecdsa-p256", "rsa2048", "ed25519", "mldsa44"} {
		chain := mustMake(f, spec(algorithm, 2))
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
			t.Error("the certificate is not what was parsed")
		}
		theirs, err := x509.ParseCertificate(der)
		if err != nil {
			return
		}
		if !bytes.Equal(c.Subject, theirs.RawSubject) || !bytes.Equal(c.Issuer, theirs.RawIssuer) ||
			!c.NotBefore.Equal(theirs.NotBefore) || !c.NotAfter.Equal(theirs.NotAfter) || !slices.Equal(c.Names(), theirs.DNSNames) {
			t.Errorf("read as %q %q %v %v %v, by crypto/x509 as %q %q %v %v %v", c.Subject, c.Issuer, c.NotBefore, c.NotAfter, c.Names(),
				theirs.RawSubject, theirs.RawIssuer, theirs.NotBefore, theirs.NotAfter, theirs.DNSNames)
		}
	})
}

// Whatever stands in the place of a chain, verifying it ends with a verdict, and
// a changed certificate is never trusted.
func FuzzVerify(f *testing.F) {
	chain := mustMake(f, spec("ecdsa-p256", 2))
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

// Whatever stands in the place of a signature is none, but the one that was made.
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

// Whatever a client sends as an OCSP request, it asks for a certificate's status,
// for others, or is malformed.
func FuzzAsksFor(f *testing.F) {
	chain := mustMake(f, spec("ecdsa-p256", 2))
	parsed, err := pki.ParseChain(chain.Certificates)
	if err != nil {
		f.Fatal(err)
	}
	request := pki.StatusRequest(parsed[0], parsed[1])
	f.Add(request)
	f.Add(request[:len(request)-1])
	f.Add(pki.StatusRequest(parsed[1], parsed[1]))
	f.Fuzz(func(t *testing.T, in []byte) {
		asks, err := pki.AsksFor(in, parsed[0], parsed[1])
		if err != nil && (asks || !errors.Is(err, pki.ErrStatusMalformed)) || err == nil && !asks && bytes.Equal(in, request) {
			t.Errorf("%x: %v, %v", in, asks, err)
		}
	})
}
