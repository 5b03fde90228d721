package record

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"errors"
	"slices"
	"testing"
)

// ssl30MAC is the MAC of RFC 6101 §5.2.3.1 for the first record.
func ssl30MAC(key []byte, typ Type, plain []byte) []byte {
	inner := sha1.Sum(slices.Concat(key, bytes.Repeat([]byte{0x36}, 40), make([]byte, 8), []byte{byte(typ), 0, byte(len(plain))}, plain))
	outer := sha1.Sum(slices.Concat(key, bytes.Repeat([]byte{0x5c}, 40), inner[:]))
	return outer[:]
}

// SSL 3.0's padding has arbitrary bytes and is at most one block long (RFC 6101 §5.2.3.2).
func TestSSL30Records(t *testing.T) {
	c := ByName("aes-128-cbc-sha")
	keys, _ := c.SplitKeyBlock(versionSSL30, random(c.KeyBlockSize(versionSSL30), 8))
	block, _ := aes.NewCipher(keys.Key)
	plain := random(40, 9)
	for _, test := range []struct {
		name    string
		padding []byte
		correct bool
	}{
		{"as TLS pads", []byte{3, 3, 3, 3}, true},
		{"arbitrary bytes", []byte{9, 0, 77, 3}, true},
		{"more than a block", append(make([]byte, 19), 19), false},
		{"longer than the record", append(make([]byte, 3), 255), false},
		{"length off by one", []byte{2, 2, 2, 2}, false},
	} {
		body := slices.Concat(plain, ssl30MAC(keys.MAC, ApplicationData, plain), test.padding)
		cipher.NewCBCEncrypter(block, keys.IV).CryptBlocks(body, body)
		record := append(make([]byte, HeaderSize), body...)
		Header{ApplicationData, versionSSL30, len(body)}.put(record)
		sent := bytes.Clone(record)
		opener, _ := NewLegacy(versionSSL30, c, keys, nil, nil)
		_, got, err := opener.Open(record)
		if test.correct && (err != nil || !bytes.Equal(got, plain)) || !test.correct && !errors.Is(err, ErrBadMAC) {
			t.Errorf("%s: %v", test.name, err)
		}
		if test.name == "as TLS pads" {
			sealer, _ := NewLegacy(versionSSL30, c, keys, nil, nil)
			if sealed, err := sealer.Seal(nil, ApplicationData, plain); err != nil || !bytes.Equal(sealed, sent) {
				t.Errorf("sealed\n got %x, %v\nwant %x", sealed, err, sent)
			}
		}
	}

	null := ByName("null-sha")
	keys, _ = null.SplitKeyBlock(versionSSL30, random(null.KeyBlockSize(versionSSL30), 8))
	sealer, _ := NewLegacy(versionSSL30, null, keys, nil, nil)
	sealed, err := sealer.Seal(nil, Alert, plain)
	if want := slices.Concat(plain, ssl30MAC(keys.MAC, Alert, plain)); err != nil || !bytes.Equal(sealed[HeaderSize:], want) {
		t.Errorf("null-sha: %x, %v, want %x", sealed, err, want)
	}
}
