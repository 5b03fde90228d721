package pki_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"tlslab/engine/pki"
)

var (
	from  = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	until = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	now   = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
)

func spec(algorithm string, length int) pki.Spec {
	return pki.Spec{
		Seed: "test", Algorithm: algorithm, Length: length,
		Names: []string{"server.example", "*.wild.example", "192.0.2.7"}, NotBefore: from, NotAfter: until,
	}
}

func mustMake(tb testing.TB, s pki.Spec) *pki.Chain {
	tb.Helper()
	chain, err := pki.Make(s)
	if err != nil {
		tb.Fatal(err)
	}
	return chain
}

func TestTheSameSpecGivesTheSameBytes(t *testing.T) {
	for _, algorithm := range []string{"rsa2048", "ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "ed25519", "mldsa65"} {
		a, b := mustMake(t, spec(algorithm, 2)), mustMake(t, spec(algorithm, 2))
		if !bytes.Equal(bytes.Join(a.Certificates, a.Root), bytes.Join(b.Certificates, b.Root)) {
			t.Errorf("%s: two chains of one seed differ", algorithm)
		}
		other := spec(algorithm, 2)
		other.Seed = "other"
		if c := mustMake(t, other); bytes.Equal(a.Root, c.Root) {
			t.Errorf("%s: two seeds give one root", algorithm)
		}
	}
}

func TestChainsHaveTheSizeAskedFor(t *testing.T) {
	for _, algorithm := range []string{"ecdsa-p256", "rsa2048"} {
		for length := 1; length <= 3; length++ {
			s := spec(algorithm, length)
			least := size(mustMake(t, s))
			sizes := []int{least, least + 1, least + 7, least + 8, least + 100, least + 1000, least + 1001, 20000}
			if algorithm == "ecdsa-p256" && length == 1 {
				for n := range 140 {
					sizes = append(sizes, least+n)
				}
			}
			for _, want := range sizes {
				s.Size = want
				chain := mustMake(t, s)
				if got := size(chain); got != want || len(chain.Certificates) != length {
					t.Errorf("%s: %d certificates of %d bytes, want %d of %d", algorithm, len(chain.Certificates), got, length, want)
				}
			}
			s.Size = least - 1
			if _, err := pki.Make(s); err == nil {
				t.Errorf("%s: a chain of %d bytes can be made in %d", algorithm, least, s.Size)
			}
		}
	}
}

func size(chain *pki.Chain) int {
	total := 0
	for _, c := range chain.Certificates {
		total += len(c)
	}
	return total
}

func TestSpecsOutOfRangeAreErrors(t *testing.T) {
	for _, spoil := range []func(*pki.Spec){
		func(s *pki.Spec) { s.Length = 0 },
		func(s *pki.Spec) { s.Length = 1000 },
		func(s *pki.Spec) { s.Algorithm = "rsa512" },
		func(s *pki.Spec) { s.Authority = "dsa" },
		func(s *pki.Spec) { s.NotAfter = s.NotBefore },
		func(s *pki.Spec) { s.Size = 10 },
		func(s *pki.Spec) { s.Names = []string{"bücher.example"} },
	} {
		s := spec("ecdsa-p256", 2)
		spoil(&s)
		if _, err := pki.Make(s); err == nil {
			t.Errorf("%+v is made", s)
		} else {
			t.Log(err)
		}
	}
}

func BenchmarkMake(b *testing.B) {
	for _, algorithm := range []string{"ecdsa-p256", "rsa2048"} {
		i := 0
		b.Run("key="+algorithm, func(b *testing.B) {
			for b.Loop() {
				s := spec(algorithm, 1)
				s.Seed = fmt.Sprint(i)
				i++
				mustMake(b, s)
			}
		})
	}
}
