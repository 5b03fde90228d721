package pki_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	cryptorand "crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"tlslab/engine/op"
	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
	"tlslab/engine/protocol"
	"tlslab/engine/secrets/rfc8448"
)

func TestSignaturesVerifyAndChangedOnesDoNot(t *testing.T) {
	message := []byte("a handshake's transcript")
	for _, algorithm := range []string{"rsa2048", "ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "ed25519", "mldsa44", "mldsa65", "mldsa87"} {
		key := mustKey(t, algorithm)
		for _, s := range pki.Schemes() {
			if !s.Fits(&key.Public, max(0x0303, s.MinVersion())) {
				if _, err := s.Sign(cryptorand.Reader, key, message, nil); err == nil {
					t.Errorf("%s signs with an %s key", s.Name, algorithm)
				}
				continue
			}
			for _, source := range []func() *rand.ChaCha8{nil, func() *rand.ChaCha8 { return rand.NewChaCha8([32]byte{1}) }} {
				var signature []byte
				var err error
				if source == nil {
					signature, err = s.Sign(cryptorand.Reader, key, message, nil)
				} else {
					signature, err = s.Sign(source(), key, message, nil)
					again, _ := s.Sign(source(), key, message, nil)
					if !bytes.Equal(signature, again) {
						t.Errorf("%s by %s: the same randomness gives two signatures", s.Name, algorithm)
					}
				}
				if err != nil {
					t.Fatalf("%s by %s: %v", s.Name, algorithm, err)
				}
				if err := s.Verify(&key.Public, message, signature, nil); err != nil {
					t.Errorf("%s by %s: %v", s.Name, algorithm, err)
				}
				if err := s.Verify(&key.Public, message[1:], signature, nil); !errors.Is(err, pki.ErrBadSignature) {
					t.Errorf("%s by %s, another message: %v", s.Name, algorithm, err)
				}
				signature[len(signature)-1] ^= 1
				if err := s.Verify(&key.Public, message, signature, nil); !errors.Is(err, pki.ErrBadSignature) {
					t.Errorf("%s by %s, changed: %v", s.Name, algorithm, err)
				}
			}
		}
	}
}

func TestSignaturesAreThoseOfTheStandardLibrary(t *testing.T) {
	message := []byte("message")
	digest := sha256.Sum256(message)
	key := mustKey(t, "rsa2048")
	pkcs1, _ := pki.SchemeByID(0x0401).Sign(nil, key, message, nil)
	if err := rsa.VerifyPKCS1v15(key.Public.RSA, crypto.SHA256, digest[:], pkcs1); err != nil {
		t.Errorf("rsa_pkcs1_sha256: %v", err)
	}
	pss, _ := pki.SchemeByID(0x0804).Sign(cryptorand.Reader, key, message, nil)
	if err := rsa.VerifyPSS(key.Public.RSA, crypto.SHA256, digest[:], pss, &rsa.PSSOptions{SaltLength: 32}); err != nil {
		t.Errorf("rsa_pss_rsae_sha256: %v", err)
	}
	key = mustKey(t, "ecdsa-p256")
	der, _ := pki.SchemeByID(0x0403).Sign(nil, key, message, nil)
	if !ecdsa.VerifyASN1(key.Public.ECDSA, digest[:], der) {
		t.Error("ecdsa_secp256r1_sha256: refused")
	}
}

// RFC 9846 §4.5.2 gives the signed content, RFC 8448 §3 a signature over it by the
// RSA key of its certificate.
func TestCertificateVerifyOfRFC8448(t *testing.T) {
	trace := rfc8448.Load(t, "simple-1rtt")
	message := trace.Get("Certificate")
	certificate, err := pki.Parse(message[11 : len(message)-2])
	if err != nil {
		t.Fatal(err)
	}
	if certificate.Key.Algorithm != "rsa1024" {
		t.Errorf("the certificate's key is %s", certificate.Key.Algorithm)
	}
	transcript := sha256.Sum256(trace.Join("ClientHello", "ServerHello", "EncryptedExtensions", "Certificate"))
	content := slices.Concat([]byte(strings.Repeat(" ", 64)+"TLS 1.3, server CertificateVerify\x00"), transcript[:])
	verify := trace.Get("CertificateVerify")
	scheme := pki.SchemeByID(uint16(verify[4])<<8 | uint16(verify[5]))
	if err := scheme.Verify(&certificate.Key, content, verify[8:], nil); err != nil {
		t.Errorf("%s: %v", scheme.Name, err)
	}
}

func TestTLS13TiesSchemesToKeys(t *testing.T) {
	for _, test := range []struct {
		id        uint16
		algorithm string
		version   protocol.Version
		want      bool
	}{
		{0x0403, "ecdsa-p256", 0x0304, true},
		{0x0403, "ecdsa-p384", 0x0304, false},
		{0x0403, "ecdsa-p384", 0x0303, true},
		{0x0503, "ecdsa-p384", 0x0304, true},
		{0x0804, "rsa2048", 0x0304, true},
		{0x0804, "rsa2048", 0x0303, true},
		{0x0401, "rsa2048", 0x0304, false},
		{0x0401, "rsa2048", 0x0303, true},
		{0x0201, "rsa2048", 0x0304, false},
		{0x0804, "ecdsa-p256", 0x0304, false},
		{0x0403, "rsa2048", 0x0303, false},
		{0x0603, "ecdsa-p521", 0x0304, true},
		{0x0603, "ecdsa-p256", 0x0304, false},
		{0x0603, "ecdsa-p256", 0x0303, true},
		{0x0807, "ed25519", 0x0304, true},
		{0x0807, "ed25519", 0x0303, true},
		{0x0807, "ed25519", 0x0302, false},
		{0x0807, "ecdsa-p256", 0x0304, false},
		{0x0904, "mldsa44", 0x0304, true},
		{0x0904, "mldsa44", 0x0303, false},
		{0x0905, "mldsa44", 0x0304, false},
	} {
		if got := pki.SchemeByID(test.id).Fits(&mustKey(t, test.algorithm).Public, test.version); got != test.want {
			t.Errorf("%s fits %s in %#x: %v", pki.SchemeByID(test.id).Name, test.algorithm, test.version, got)
		}
	}
	if pki.SchemeByID(0xffff) != nil {
		t.Error("an unknown codepoint has a scheme")
	}
}

func TestKeyTypesSignFromTheirMinVersion(t *testing.T) {
	for _, algorithm := range ca.KeyAlgorithms() {
		if strings.HasPrefix(algorithm, "rsa") && algorithm != "rsa2048" {
			continue // like rsa2048
		}
		key := mustKey(t, algorithm)
		for version := protocol.SSL30; version <= protocol.TLS13; version++ {
			implied := pki.ImpliedScheme(&key.Public)
			fits := implied != nil && implied.Fits(&key.Public, version)
			for _, s := range pki.Schemes() {
				fits = fits || s.Fits(&key.Public, version)
			}
			if want := version >= pki.KeyTypeOf(algorithm).MinVersion; fits != want {
				t.Errorf("%s signs in %#x: %v, want %v", algorithm, version, fits, want)
			}
		}
	}
	if k := pki.KeyTypeOf("dsa1024"); k != (pki.KeyType{}) {
		t.Errorf("dsa1024 has the key type %v", k)
	}
}

func TestSigningReportsItsOperations(t *testing.T) {
	var got []string
	count := op.Counter(func(o op.Op) { got = append(got, o.String()) })
	key := mustKey(t, "ecdsa-p256")
	scheme := pki.SchemeByID(0x0403)
	signature, _ := scheme.Sign(nil, key, make([]byte, 130), count)
	scheme.Verify(&key.Public, make([]byte, 130), signature, count)
	want := []string{"digest sha256 130", "sign ecdsa-p256", "digest sha256 130", "verify ecdsa-p256"}
	if !slices.Equal(got, want) {
		t.Errorf("reports %q, want %q", got, want)
	}
}

func TestNewKey(t *testing.T) {
	p256, _ := ecdsa.GenerateKey(elliptic.P256(), cryptorand.Reader)
	if key, err := pki.NewKey(p256); err != nil || key.Public.Algorithm != "ecdsa-p256" || key.RSA() != nil {
		t.Errorf("a P-256 key: %+v, %v", key, err)
	}
	p224, _ := ecdsa.GenerateKey(elliptic.P224(), cryptorand.Reader)
	if _, err := pki.NewKey(p224); err == nil {
		t.Error("a P-224 key is accepted")
	}
	_, ed, _ := ed25519.GenerateKey(cryptorand.Reader)
	if key, err := pki.NewKey(ed); err != nil || key.Public.Algorithm != "ed25519" {
		t.Errorf("an Ed25519 key: %+v, %v", key, err)
	}
	if _, err := pki.NewKey(nil); err == nil {
		t.Error("nil is accepted")
	}
}
