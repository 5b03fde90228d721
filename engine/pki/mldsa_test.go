package pki_test

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/cloudflare/circl/sign/mldsa/mldsa44"
	"github.com/cloudflare/circl/sign/mldsa/mldsa65"
	"github.com/cloudflare/circl/sign/mldsa/mldsa87"

	"tlslab/engine/op"
	"tlslab/engine/pki"
)

var mldsaAlgorithms = []string{"mldsa44", "mldsa65", "mldsa87"}

// rfc9881 reads the self-signed certificate of a parameter set from RFC 9881 §C.3. Its key has the
// seed 00 01 02 … 1f.
func rfc9881(t *testing.T, algorithm string) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/rfc9881/" + algorithm + ".pem")
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		t.Fatal("no PEM block")
	}
	return block.Bytes
}

// exampleKey is the public key that circl derives from that seed.
func exampleKey(algorithm string) []byte {
	var seed [32]byte
	for i := range seed {
		seed[i] = byte(i)
	}
	switch algorithm {
	case "mldsa44":
		key, _ := mldsa44.NewKeyFromSeed(&seed)
		return key.Bytes()
	case "mldsa65":
		key, _ := mldsa65.NewKeyFromSeed(&seed)
		return key.Bytes()
	}
	key, _ := mldsa87.NewKeyFromSeed(&seed)
	return key.Bytes()
}

func TestCertificatesOfRFC9881(t *testing.T) {
	for _, algorithm := range mldsaAlgorithms {
		der := rfc9881(t, algorithm)
		certificate, err := pki.Parse(der)
		if err != nil {
			t.Fatal(err)
		}
		if certificate.Key.Algorithm != algorithm || certificate.Scheme == nil || certificate.Scheme.Name != algorithm {
			t.Fatalf("a key of %s, signed by %v", certificate.Key.Algorithm, certificate.Scheme)
		}
		if !bytes.Equal(certificate.Key.MLDSA, exampleKey(algorithm)) {
			t.Errorf("%s: the key is not that of the example's seed", algorithm)
		}

		instant := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		roots, err := pki.NewRoots(der)
		if err != nil {
			t.Fatal(err)
		}
		verifier := pki.Verifier{Roots: roots, Now: instant}
		if _, _, err := verifier.Verify([]*pki.Certificate{certificate}); err != nil {
			t.Error(err)
		}
		parsed, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		tbs, signature := parsed.RawTBSCertificate, parsed.Signature
		if err := certificate.Scheme.Verify(&certificate.Key, tbs, signature, nil); err != nil {
			t.Errorf("%s: the signature of the example: %v", algorithm, err)
		}
		signature[100] ^= 1
		if err := certificate.Scheme.Verify(&certificate.Key, tbs, signature, nil); !errors.Is(err, pki.ErrBadSignature) {
			t.Errorf("%s: the changed signature of the example: %v", algorithm, err)
		}
	}
}

func TestMLDSAChainsVerifyAndChangedOnesDoNot(t *testing.T) {
	for _, test := range []struct{ leaf, authority string }{
		{"mldsa44", "mldsa44"}, {"mldsa65", "mldsa65"}, {"mldsa87", "mldsa87"},
		{"mldsa44", "mldsa87"}, {"mldsa44", "ecdsa-p256"}, {"ecdsa-p256", "mldsa65"},
	} {
		s := chainSpec(test.leaf, 3)
		s.CAAlgorithm = test.authority
		chain := mustIssue(t, s)
		p := &presented{slices.Clone(chain.Certificates), chain.Root, "server.example", now, pki.ServerAuth}
		if err := p.ours(nil); err != nil {
			t.Errorf("%s below %s: %v", test.leaf, test.authority, err)
		}
		for i, good := range chain.Certificates {
			p.chain[i] = flip(bytes.Clone(good), len(good)-1)
			if err := p.ours(nil); !errors.Is(err, pki.ErrBadSignature) {
				t.Errorf("%s below %s, certificate %d changed: %v", test.leaf, test.authority, i, err)
			}
			p.chain[i] = good
		}
	}
}

func TestMLDSAParameterSetsAreNotMixed(t *testing.T) {
	message := []byte("message")
	for i, algorithm := range mldsaAlgorithms {
		key := mustKey(t, algorithm)
		for j := range mldsaAlgorithms {
			scheme := pki.SchemeByID(0x0904 + uint16(j))
			signature, err := scheme.Sign(nil, key, message, nil)
			if (err == nil) != (i == j) {
				t.Errorf("%s signs with %s: %v", algorithm, scheme.Name, err)
			}
			if err == nil && scheme.Verify(&key.Public, message, signature, nil) != nil {
				t.Errorf("%s does not verify its signature", algorithm)
			}
		}
	}
}

// NewRoots expands the keys of roots. The other keys of a chain are expanded by each Verify.
func TestKeysOfRootsAreExpandedOnce(t *testing.T) {
	for _, algorithm := range mldsaAlgorithms {
		chain := mustIssue(t, chainSpec(algorithm, 2))
		roots, err := pki.NewRoots(chain.Root)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			parsed, err := pki.ParseChain(chain.Certificates)
			if err != nil {
				t.Fatal(err)
			}
			done := map[op.Kind]int{}
			verifier := pki.Verifier{Roots: roots, Name: "server.example", Now: now, Count: func(o op.Op) { done[o.Kind]++ }}
			if _, _, err := verifier.Verify(parsed); err != nil {
				t.Fatal(err)
			}
			if done[op.Verify] != 2 || done[op.Expand] != 1 {
				t.Errorf("%s: %d signatures checked, %d keys expanded; want 2 and 1, the intermediate's", algorithm, done[op.Verify], done[op.Expand])
			}
		}
	}
}
