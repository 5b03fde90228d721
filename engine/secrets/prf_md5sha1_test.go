package secrets

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"encoding/hex"
	"hash"
	"testing"
)

// pHashOf is P_hash of RFC 2246 §5 written with crypto/hmac.
func pHashOf(h func() hash.Hash, secret, seed []byte, n int) []byte {
	sum := func(parts ...[]byte) []byte {
		m := hmac.New(h, secret)
		m.Write(bytes.Join(parts, nil))
		return m.Sum(nil)
	}
	var out []byte
	for a := sum(seed); len(out) < n; a = sum(a) {
		out = append(out, sum(a, seed)...)
	}
	return out[:n]
}

// The first half of the secret goes to P_MD5, the second to P_SHA1; the middle byte of an odd
// number of bytes to both.
func TestPRFOfTLS10(t *testing.T) {
	secret := []byte("a secret of 27 bytes: odd..")
	for _, length := range []int{1, 12, 48, 136} {
		for _, s := range [][]byte{secret, secret[:26], secret[:1], {}} {
			half := (len(s) + 1) / 2
			seed := []byte("label" + "client" + "server")
			want := pHashOf(md5.New, s[:half], seed, length)
			for i, b := range pHashOf(sha1.New, s[len(s)-half:], seed, length) {
				want[i] ^= b
			}
			got := make([]byte, length)
			newPRF(MD5SHA1, nil).expand(got, s, "label", []byte("client"), []byte("server"))
			if !bytes.Equal(got, want) {
				t.Errorf("%d bytes from a secret of %d: %x, want %x", length, len(s), got, want)
			}
		}
	}
}

func TestMD5SHA1IsBothDigests(t *testing.T) {
	h := MD5SHA1.New()
	h.Write([]byte("ab"))
	clone, err := h.(hash.Cloner).Clone()
	if err != nil {
		t.Fatal(err)
	}
	clone.Write([]byte("c"))
	h.Write([]byte("x"))
	// RFC 1321 §A.5, RFC 3174 §7.3: the digests of "abc".
	const want = "900150983cd24fb0d6963f7d28e17f72" + "a9993e364706816aba3e25717850c26c9cd0d89d"
	if got := hex.EncodeToString(clone.Sum(nil)); got != want || clone.Size() != 36 {
		t.Errorf("digests of abc: %s, want %s", got, want)
	}
}
