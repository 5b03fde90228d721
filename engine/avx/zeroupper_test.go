package avx_test

import (
	"crypto/rand"
	"crypto/sha256"
	"testing"

	"github.com/cloudflare/circl/kem/mlkem/mlkem768"

	"tlslab/engine/avx"
)

// SHA-256 alone, after the generation of an ML-KEM key by circl, and after ZeroUpper as well. The
// time of the last two includes the generation of the key.
func BenchmarkHash(b *testing.B) {
	message := make([]byte, 4096)
	seed := make([]byte, mlkem768.KeySeedSize)
	rand.Read(seed)
	generate := func() { mlkem768.NewKeyFromSeed(seed) }
	for _, c := range []struct {
		name   string
		before func()
	}{
		{"nothing", func() {}},
		{"mlkem768", generate},
		{"mlkem768-and-zeroupper", func() { generate(); avx.ZeroUpper() }},
	} {
		b.Run("after="+c.name, func(b *testing.B) {
			for b.Loop() {
				c.before()
				sha256.Sum256(message)
			}
		})
	}
}

func TestZeroUpperAllocatesNothing(t *testing.T) {
	if n := testing.AllocsPerRun(10, avx.ZeroUpper); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
