package ca_test

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
)

func mustKey(tb testing.TB, algorithm string) *pki.Key {
	tb.Helper()
	key, err := ca.GenerateKey(algorithm, "test")
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

func TestGeneratedKeysHaveTheirAlgorithm(t *testing.T) {
	for _, algorithm := range ca.KeyAlgorithms() {
		if algorithm == "rsa4096" && testing.Short() {
			continue
		}
		key := mustKey(t, algorithm)
		if key.Public.Algorithm != algorithm {
			t.Errorf("%s: a key of %s", algorithm, key.Public.Algorithm)
		}
		if private := key.RSA(); private != nil {
			if err := private.Validate(); err != nil {
				t.Errorf("%s: %v", algorithm, err)
			}
		} else if key.Public.RSA != nil {
			t.Errorf("%s: no private key for RSA key exchange", algorithm)
		}
	}
}

// Recorded sizes and bytes depend on the keys of seeds: they must not change.
func TestKeysOfASeedArePinned(t *testing.T) {
	n := sha256.Sum256(mustKey(t, "rsa2048").Public.RSA.N.Bytes())
	if want := "be8ff95f4140f961"; hex.EncodeToString(n[:8]) != want {
		t.Errorf("the modulus of rsa2048 %q hashes to %s, want %s", "test", hex.EncodeToString(n[:8]), want)
	}
	point, err := mustKey(t, "ecdsa-p256").Public.ECDSA.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if want := "826cd67bc631053c"; hex.EncodeToString(point[1:9]) != want {
		t.Errorf("the point of ecdsa-p256 %q begins with %s, want %s", "test", hex.EncodeToString(point[1:9]), want)
	}
}
