package record

import (
	"bytes"
	"crypto/aes"
	"encoding/hex"
	"testing"

	"github.com/pion/dtls/v3/pkg/crypto/ccm"
)

// The vectors are the first of RFC 3610 §8 and the third example of NIST SP 800-38C, appendix C,
// which has the nonce and the tag size of CCM_8.
func TestCCMVectors(t *testing.T) {
	key, _ := hex.DecodeString("c0c1c2c3c4c5c6c7c8c9cacbcccdcecf")
	block, _ := aes.NewCipher(key)
	aead, err := ccm.NewCCM(block, 8, 13)
	if err != nil {
		t.Fatal(err)
	}
	nonce, _ := hex.DecodeString("00000003020100a0a1a2a3a4a5")
	packet := counting(0x00, 0x1f)
	got := aead.Seal(nil, nonce, packet[8:], packet[:8])
	if want := "588c979a61c663d2f066d0c2c0f989806d5f6b61dac38417e8d12cfdf926e0"; hex.EncodeToString(got) != want {
		t.Errorf("RFC 3610, packet vector 1:\n got %x\nwant %s", got, want)
	}

	aead8, err := ByName("aes-128-ccm8").AEAD(counting(0x40, 0x50))
	if err != nil {
		t.Fatal(err)
	}
	nonce, plain, extra := counting(0x10, 0x1c), counting(0x20, 0x38), counting(0x00, 0x14)
	sealed := aead8.Seal(nil, nonce, plain, extra)
	if want := "e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5484392fbc1b09951"; hex.EncodeToString(sealed) != want {
		t.Errorf("SP 800-38C, example 3:\n got %x\nwant %s", sealed, want)
	}
	if opened, err := aead8.Open(sealed[:0], nonce, sealed, extra); err != nil || !bytes.Equal(opened, plain) {
		t.Errorf("opened in place: %x, %v", opened, err)
	}
}

// counting returns the bytes first, first+1, … end-1.
func counting(first, end byte) (b []byte) {
	for ; first < end; first++ {
		b = append(b, first)
	}
	return b
}
