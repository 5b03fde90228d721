package secrets_test

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"strings"
	"testing"

	"tlslab/engine/secrets"
)

// The expected value is RFC 9846 §7.5 written with crypto/hkdf.
func TestTLS13Export(t *testing.T) {
	hash := func(b []byte) string {
		sum := sha256.Sum256(b)
		return string(sum[:])
	}
	exporter := bytes.Repeat([]byte{3}, 32)
	derived, err1 := hkdf.Expand(sha256.New, exporter, "\x00\x20\x0btls13 label\x20"+hash(nil), 32)
	want, err2 := hkdf.Expand(sha256.New, derived, "\x00\x28\x0etls13 exporter\x20"+hash([]byte("context")), 40)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	got := make([]byte, 40)
	err := secrets.NewSchedule(secrets.SHA256, nil).Export(got, exporter, "label", []byte("context"))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%x, %v; want %x", got, err, want)
	}
}

func TestExportsOutOfRangeAreErrors(t *testing.T) {
	s := secrets.NewSchedule(secrets.SHA256, nil)
	if err := s.Export(make([]byte, 32), make([]byte, 32), strings.Repeat("l", 250), nil); err == nil {
		t.Error("a label of 250 bytes is accepted")
	}
	if err := s.Export(make([]byte, 255*32+1), make([]byte, 32), "label", nil); err == nil {
		t.Error("more than 255 blocks are exported")
	}
	if err := secrets.NewLegacy(secrets.SHA256, nil).Export(make([]byte, 32), "label", nil, nil, make([]byte, 1<<16)); err == nil {
		t.Error("a context of 2^16 bytes is accepted")
	}
}
