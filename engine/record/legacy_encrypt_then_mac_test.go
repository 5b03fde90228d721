package record

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"testing"
)

// The expected record is RFC 7366 §3 written with package crypto.
func TestEncryptThenMACOnTheWire(t *testing.T) {
	c := ByName("aes-128-cbc-sha256")
	keys, _ := c.SplitKeyBlock(legacyVersion, random(c.KeyBlockSize(legacyVersion), 6))
	block, _ := aes.NewCipher(keys.Key)
	iv, plain := random(16, 7), []byte("twenty-one bytes here")
	body := slices.Concat(plain, bytes.Repeat([]byte{10}, 11))
	for _, test := range []struct {
		name    string
		tamper  func(body []byte)
		correct bool
	}{
		{"correct padding", nil, true},
		{"padding longer than the record", func(b []byte) { b[31] = 32 }, false},
		{"padding with different bytes", func(b []byte) { b[25]++ }, false},
	} {
		sent := slices.Clone(body)
		if test.tamper != nil {
			test.tamper(sent)
		}
		cipher.NewCBCEncrypter(block, iv).CryptBlocks(sent, sent)
		fragment := slices.Concat(iv, sent)
		mac := hmac.New(sha256.New, keys.MAC)
		mac.Write(binary.BigEndian.AppendUint64(nil, 0))
		mac.Write([]byte{byte(Handshake), 3, 3, 0, byte(len(fragment))})
		mac.Write(fragment)
		fragment = mac.Sum(fragment)
		record := append([]byte{byte(Handshake), 3, 3, 0, byte(len(fragment))}, fragment...)

		opener, _ := NewLegacy(legacyVersion, c, keys, nil, nil)
		opener.EnableEncryptThenMAC()
		typ, got, err := opener.Open(bytes.Clone(record))
		switch {
		case !test.correct && !errors.Is(err, ErrBadMAC):
			t.Errorf("%s: %v", test.name, err)
		case !test.correct:
			continue
		case err != nil || typ != Handshake || !bytes.Equal(got, plain):
			t.Errorf("%s: opens as type %d, %q, %v", test.name, typ, got, err)
		}
		sealer, _ := NewLegacy(legacyVersion, c, keys, bytes.NewReader(iv), nil)
		sealer.EnableEncryptThenMAC()
		if sealed, err := sealer.Seal(nil, Handshake, plain); err != nil || !bytes.Equal(sealed, record) {
			t.Errorf("sealed\n got %x, %v\nwant %x", sealed, err, record)
		}
	}
}
