package ca_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"tlslab/engine/pki"
	"tlslab/engine/pki/ca"
)

func chainSpec(algorithm string, length int) ca.ChainSpec {
	return ca.ChainSpec{
		Seed: "test", Algorithm: algorithm, Length: length,
		Names:     []string{"server.example", "*.wild.example", "192.0.2.7"},
		NotBefore: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:  time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
	}
}

func mustIssue(tb testing.TB, spec ca.ChainSpec) *ca.Chain {
	tb.Helper()
	chain, err := ca.Issue(spec)
	if err != nil {
		tb.Fatal(err)
	}
	return chain
}

func TestEqualSpecsGiveEqualBytes(t *testing.T) {
	for _, algorithm := range []string{"rsa2048", "ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "ed25519", "mldsa65"} {
		a, b := mustIssue(t, chainSpec(algorithm, 2)), mustIssue(t, chainSpec(algorithm, 2))
		if !bytes.Equal(bytes.Join(a.Certificates, a.Root), bytes.Join(b.Certificates, b.Root)) {
			t.Errorf("%s: two chains of one seed differ", algorithm)
		}
		other := chainSpec(algorithm, 2)
		other.Seed = "other"
		if c := mustIssue(t, other); bytes.Equal(a.Root, c.Root) {
			t.Errorf("%s: two seeds give the same root", algorithm)
		}
	}
}

// Recorded sizes and bytes depend on these bytes: they must not change.
func TestBytesOfAChainArePinned(t *testing.T) {
	spec := chainSpec("ecdsa-p256", 2)
	spec.Size, spec.OCSPURL, spec.MustStaple = 2000, "http://ocsp.example/", true
	chain := mustIssue(t, spec)
	sum := sha256.Sum256(bytes.Join(append(chain.Certificates, chain.Root), nil))
	if got, want := hex.EncodeToString(sum[:8]), "10a740db8009a203"; got != want {
		t.Errorf("the chain hashes to %s, want %s", got, want)
	}
}

func TestChainsHaveTheSizeOfTheirSpec(t *testing.T) {
	for _, algorithm := range []string{"ecdsa-p256", "rsa2048"} {
		for length := 1; length <= 3; length++ {
			spec := chainSpec(algorithm, length)
			least := size(mustIssue(t, spec))
			sizes := []int{least, least + 1, least + 7, least + 8, least + 100, least + 1000, least + 1001, 20000}
			if algorithm == "ecdsa-p256" && length == 1 {
				for n := range 140 {
					sizes = append(sizes, least+n)
				}
			}
			for _, want := range sizes {
				spec.Size = want
				chain := mustIssue(t, spec)
				if got := size(chain); got != want || len(chain.Certificates) != length {
					t.Errorf("%s: %d certificates of %d bytes, want %d of %d", algorithm, len(chain.Certificates), got, length, want)
				}
			}
			spec.Size = least - 1
			if _, err := ca.Issue(spec); err == nil {
				t.Errorf("%s: a chain that takes %d bytes is issued with %d", algorithm, least, spec.Size)
			}
		}
	}
}

func size(chain *ca.Chain) int {
	total := 0
	for _, c := range chain.Certificates {
		total += len(c)
	}
	return total
}

func TestSpecsOutOfRangeAreErrors(t *testing.T) {
	for _, change := range []func(*ca.ChainSpec){
		func(s *ca.ChainSpec) { s.Length = 0 },
		func(s *ca.ChainSpec) { s.Length = 1000 },
		func(s *ca.ChainSpec) { s.Algorithm = "rsa512" },
		func(s *ca.ChainSpec) { s.CAAlgorithm = "dsa" },
		func(s *ca.ChainSpec) { s.NotAfter = s.NotBefore },
		func(s *ca.ChainSpec) { s.Size = 10 },
		func(s *ca.ChainSpec) { s.Names = []string{"bücher.example"} },
		func(s *ca.ChainSpec) { s.Faults = pki.FaultExpired | pki.FaultNotYetValid },
		func(s *ca.ChainSpec) { s.Faults = pki.FaultNotCA },
	} {
		spec := chainSpec("ecdsa-p256", 2)
		change(&spec)
		if _, err := ca.Issue(spec); err == nil {
			t.Errorf("%+v is issued", spec)
		} else {
			t.Log(err)
		}
	}
}

func BenchmarkIssue(b *testing.B) {
	for _, algorithm := range []string{"ecdsa-p256", "rsa2048"} {
		i := 0
		b.Run("key="+algorithm, func(b *testing.B) {
			for b.Loop() {
				spec := chainSpec(algorithm, 1)
				spec.Seed = fmt.Sprint(i)
				i++
				mustIssue(b, spec)
			}
		})
	}
}
