package kx_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"tlslab/engine/kx"
)

// Project Wycheproof's X25519 vectors have points on the twist, of small order and not reduced, and
// edge cases of the arithmetic. Only an all-zero secret is an error.
func TestWycheproofVectorsOfX25519(t *testing.T) {
	text, err := os.ReadFile("testdata/wycheproof/x25519.txt")
	if err != nil {
		t.Fatal(err)
	}
	refused, agreed := 0, 0
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.SplitN(strings.TrimSpace(line), " ", 5)
		private, public, shared := unhex(t, f[1]), unhex(t, f[2]), unhex(t, f[3])
		key, err := kx.ByName("x25519").Generate(bytes.NewReader(private), nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := key.Agree(public, nil)
		if zero := bytes.Equal(shared, make([]byte, 32)); zero {
			if refused++; !errors.Is(err, kx.ErrBadShare) {
				t.Errorf("vector %s, %s: %x, %v; want an error", f[0], f[4], got, err)
			}
			continue
		}
		if agreed++; err != nil || !bytes.Equal(got, shared) {
			t.Errorf("vector %s, %s: %x, %v; want %x", f[0], f[4], got, err, shared)
		}
	}
	if refused == 0 || agreed < 50 {
		t.Errorf("%d vectors agreed and %d refused", agreed, refused)
	}
}
