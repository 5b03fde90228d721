package record

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"testing"
)

// The expected records are TLS 1.2's constructions written with package crypto.
func TestLegacyRecordsOnTheWire(t *testing.T) {
	plain := []byte("sixteen and some bytes")
	const sequence = 3
	extra := binary.BigEndian.AppendUint64(nil, sequence)
	extra = append(extra, byte(Handshake), 3, 3, 0, byte(len(plain)))
	seal := func(name string) (record []byte, keys Keys) {
		c := ByName(name)
		keys, _ = c.SplitKeyBlock(legacyVersion, random(c.KeyBlockSize(legacyVersion), 6))
		h, err := NewLegacy(legacyVersion, c, keys, seeded(7), nil)
		if err != nil {
			t.Fatal(err)
		}
		for range sequence {
			h.Seal(nil, Handshake, nil)
		}
		record, err = h.Seal(nil, Handshake, plain)
		if err != nil || !bytes.HasPrefix(record, []byte{22, 3, 3, 0, byte(len(record) - HeaderSize)}) {
			t.Fatalf("%s: record %x, %v", name, record, err)
		}
		return record[HeaderSize:], keys
	}

	fragment, keys := seal("aes-128-gcm") // RFC 5288 §3
	aead, _ := ByName("aes-128-gcm").AEAD(keys.Key)
	if got, err := aead.Open(nil, slices.Concat(keys.IV, fragment[:8]), fragment[8:], extra); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("aes-128-gcm: %q, %v", got, err)
	}

	fragment, keys = seal("chacha20-poly1305") // RFC 7905 §2
	aead, _ = ByName("chacha20-poly1305").AEAD(keys.Key)
	nonce := bytes.Clone(keys.IV)
	nonce[11] ^= sequence
	if got, err := aead.Open(nil, nonce, fragment, extra); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("chacha20-poly1305: %q, %v", got, err)
	}

	fragment, keys = seal("aes-256-cbc-sha") // RFC 5246 §6.2.3.2
	block, _ := aes.NewCipher(keys.Key)
	cipher.NewCBCDecrypter(block, fragment[:16]).CryptBlocks(fragment[16:], fragment[16:])
	mac := hmac.New(sha1.New, keys.MAC)
	mac.Write(extra)
	mac.Write(plain)
	want := mac.Sum(bytes.Clone(plain))
	want = append(want, bytes.Repeat([]byte{5}, 6)...) // 22 + 20 + 6 = 48
	if !bytes.Equal(fragment[16:], want) {
		t.Errorf("aes-256-cbc-sha:\n got %x\nwant %x", fragment[16:], want)
	}
}

// Up to 256 bytes of padding are valid. Invalid padding is ErrBadMAC.
func TestCBCPadding(t *testing.T) {
	c := ByName("aes-128-cbc-sha")
	keys, _ := c.SplitKeyBlock(legacyVersion, random(c.KeyBlockSize(legacyVersion), 8))
	block, _ := aes.NewCipher(keys.Key)
	plain := random(64, 9)
	for _, test := range []struct {
		name    string
		length  int // bytes of padding, its length byte included
		tamper  func(padding []byte)
		correct bool
	}{
		{"of minimum length", 12, nil, true},
		{"one block longer than needed", 28, nil, true},
		{"of maximum length", 252, nil, true},
		{"with its first byte wrong", 28, func(p []byte) { p[0] ^= 1 }, false},
		{"with a middle byte wrong", 252, func(p []byte) { p[100] ^= 1 }, false},
		{"with its length too small", 28, func(p []byte) { p[27]-- }, false},
		{"with its length beyond the record", 12, func(p []byte) { p[11] = 255 }, false},
		{"with its length reaching into the MAC", 12, func(p []byte) { p[11] = 80 }, false},
	} {
		extra := binary.BigEndian.AppendUint16(append(make([]byte, 8), byte(ApplicationData), 3, 3), uint16(len(plain)))
		mac := hmac.New(sha1.New, keys.MAC)
		mac.Write(extra)
		mac.Write(plain)
		padding := bytes.Repeat([]byte{byte(test.length - 1)}, test.length)
		if test.tamper != nil {
			test.tamper(padding)
		}
		body := slices.Concat(plain, mac.Sum(nil), padding)
		iv := random(16, 10)
		cipher.NewCBCEncrypter(block, iv).CryptBlocks(body, body)
		record := slices.Concat(make([]byte, HeaderSize), iv, body)
		Header{ApplicationData, legacyVersion, len(record) - HeaderSize}.put(record)

		opener, _ := NewLegacy(legacyVersion, c, keys, nil, nil)
		_, got, err := opener.Open(record)
		if test.correct && (err != nil || !bytes.Equal(got, plain)) {
			t.Errorf("padding %s: %v", test.name, err)
		}
		if !test.correct && !errors.Is(err, ErrBadMAC) {
			t.Errorf("padding %s: %v", test.name, err)
		}
	}
}

// A body that consists of valid padding has no room for a MAC.
func TestCBCRecordOfPaddingAlone(t *testing.T) {
	c := ByName("aes-128-cbc-sha")
	keys, _ := c.SplitKeyBlock(legacyVersion, random(c.KeyBlockSize(legacyVersion), 8))
	block, _ := aes.NewCipher(keys.Key)
	for _, size := range []int{32, 48, 256} {
		iv, body := make([]byte, 16), bytes.Repeat([]byte{byte(size - 1)}, size)
		cipher.NewCBCEncrypter(block, iv).CryptBlocks(body, body)
		record := slices.Concat(make([]byte, HeaderSize), iv, body)
		Header{ApplicationData, legacyVersion, len(record) - HeaderSize}.put(record)
		opener, _ := NewLegacy(legacyVersion, c, keys, nil, nil)
		if _, _, err := opener.Open(record); !errors.Is(err, ErrBadMAC) {
			t.Errorf("%d bytes of padding: %v, want ErrBadMAC", size, err)
		}
	}
}

// RFC 5246 §6.3: MAC keys, keys, IVs; of each kind the client's comes first.
func TestKeyBlockIsSplitInOrder(t *testing.T) {
	for _, test := range []struct {
		name                   string
		version                uint16
		size                   int
		clientMAC, serverMAC   string
		clientKey, serverKey   string
		clientSalt, serverSalt string
	}{
		{"aes-128-ccm8", legacyVersion, 40, "", "", "0-16", "16-32", "32-36", "36-40"},
		{"aes-256-cbc-sha384", legacyVersion, 160, "0-48", "48-96", "96-128", "128-160", "", ""},
		{"3des-ede-cbc-sha", legacyVersion, 88, "0-20", "20-40", "40-64", "64-88", "", ""},
		{"des-cbc-sha", versionTLS11, 56, "0-20", "20-40", "40-48", "48-56", "", ""},
		{"des-cbc-sha", versionTLS10, 72, "0-20", "20-40", "40-48", "48-56", "56-64", "64-72"},
		{"rc4-md5", legacyVersion, 64, "0-16", "16-32", "32-48", "48-64", "", ""},
		{"null-sha", legacyVersion, 40, "0-20", "20-40", "", "", "", ""},
		{"aes-128-gcm", legacyVersion, 40, "", "", "0-16", "16-32", "32-36", "36-40"},
		{"aes-256-gcm", legacyVersion, 72, "", "", "0-32", "32-64", "64-68", "68-72"},
		{"chacha20-poly1305", legacyVersion, 88, "", "", "0-32", "32-64", "64-76", "76-88"},
		{"aes-128-cbc-sha", legacyVersion, 72, "0-20", "20-40", "40-56", "56-72", "", ""},
		{"aes-256-cbc-sha", legacyVersion, 104, "0-20", "20-40", "40-72", "72-104", "", ""},
		{"aes-128-cbc-sha", versionTLS11, 72, "0-20", "20-40", "40-56", "56-72", "", ""},
		{"aes-128-cbc-sha", versionTLS10, 104, "0-20", "20-40", "40-56", "56-72", "72-88", "88-104"},
	} {
		c := ByName(test.name)
		block := make([]byte, c.KeyBlockSize(test.version))
		for i := range block {
			block[i] = byte(i)
		}
		place := func(part []byte) string {
			if len(part) == 0 {
				return ""
			}
			return fmt.Sprintf("%d-%d", part[0], part[0]+byte(len(part)))
		}
		client, server := c.SplitKeyBlock(test.version, block)
		got := []string{place(client.MAC), place(server.MAC), place(client.Key), place(server.Key), place(client.IV), place(server.IV)}
		want := []string{test.clientMAC, test.serverMAC, test.clientKey, test.serverKey, test.clientSalt, test.serverSalt}
		if c.KeyBlockSize(test.version) != test.size || !slices.Equal(got, want) {
			t.Errorf("%s: block of %d split %q, want %d and %q", test.name, c.KeyBlockSize(test.version), got, test.size, want)
		}
	}
}

// The example of DES in CBC mode in FIPS 81, appendix C, is the start of a record whose IV comes
// from the key block.
func TestDESRecordsEncryptAsFIPS81(t *testing.T) {
	bytesOf := func(text string) []byte {
		b, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	c := ByName("des-cbc-sha")
	keys := Keys{MAC: make([]byte, 20), Key: bytesOf("0123456789abcdef"), IV: bytesOf("1234567890abcdef")}
	h, err := NewLegacy(versionTLS10, c, keys, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	record, err := h.Seal(nil, ApplicationData, []byte("Now is the time for all "))
	if want := bytesOf("e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6"); err != nil || !bytes.HasPrefix(record[HeaderSize:], want) {
		t.Errorf("%x, %v; want %x", record, err, want)
	}
}

// Records of TLS 1.0 have no explicit IV: concatenated, they are one CBC encryption with the IV of
// the key block (RFC 2246 §6.2.3.2).
func TestChainedRecordsAreOneEncryption(t *testing.T) {
	c := ByName("aes-128-cbc-sha")
	keys, _ := c.SplitKeyBlock(versionTLS10, random(c.KeyBlockSize(versionTLS10), 6))
	h, err := NewLegacy(versionTLS10, c, keys, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var all, want []byte
	for i, plain := range [][]byte{[]byte("first"), nil, []byte("some more bytes than a block")} {
		record, err := h.Seal(nil, ApplicationData, plain)
		if err != nil || record[1] != 3 || record[2] != 1 {
			t.Fatalf("record % x, %v", record, err)
		}
		all = append(all, record[HeaderSize:]...)
		mac := hmac.New(sha1.New, keys.MAC)
		mac.Write(append(binary.BigEndian.AppendUint64(nil, uint64(i)), byte(ApplicationData), 3, 1, 0, byte(len(plain))))
		mac.Write(plain)
		body := mac.Sum(bytes.Clone(plain))
		padding := 16 - len(body)%16
		want = append(want, append(body, bytes.Repeat([]byte{byte(padding - 1)}, padding)...)...)
	}
	block, _ := aes.NewCipher(keys.Key)
	cipher.NewCBCDecrypter(block, keys.IV).CryptBlocks(all, all)
	if !bytes.Equal(all, want) {
		t.Errorf("decrypted\n got %x\nwant %x", all, want)
	}
}
