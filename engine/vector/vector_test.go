package vector_test

import (
	"crypto/rand"
	"crypto/sha256"
	"testing"

	"github.com/cloudflare/circl/kem/mlkem/mlkem768"

	"tlslab/engine/vector"
)

// Hashing by itself, after circl's ML-KEM, and after Clear besides. The latter
// two include the generation of a key.
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
		{"mlkem768-and-clear", func() { generate(); vector.Clear() }},
	} {
		b.Run("after="+c.name, func(b *testing.B) {
			for b.Loop() {
				c.before()
				sha256.Sum256(message)
			}
		})
	}
}

func TestClearAllocatesNothing(t *testing.T) {
	if n := testing.AllocsPerRun(10, vector.Clear); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
