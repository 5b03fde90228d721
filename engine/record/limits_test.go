package record

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"testing"
)

func TestLengthLimits(t *testing.T) {
	gcm := ByName("aes-128-gcm")
	for _, p := range protocols(t) {
		sealer, opener := p.ends(nil)
		if _, err := sealer.Seal(nil, ApplicationData, make([]byte, MaxPlaintext+1)); !errors.Is(err, ErrOverflow) {
			t.Errorf("%s: sealing 2^14+1 bytes: %v, want ErrOverflow", p.name, err)
		}
		n := opener.MaxFragment() + 1
		record := make([]byte, HeaderSize+n)
		Header{ApplicationData, legacyVersion, n}.put(record)
		if _, _, err := opener.Open(record); !errors.Is(err, ErrOverflow) {
			t.Errorf("%s: a fragment of %d bytes: %v, want ErrOverflow", p.name, n, err)
		}
	}
	if got := NewPlaintext(0x0301).MaxFragment(); got != 1<<14 {
		t.Errorf("an unprotected fragment may have %d bytes, want 2^14", got)
	}

	// A TLS 1.3 record whose inner plaintext is too long only because of its padding.
	key, iv := random(gcm.KeySize, 1), random(NonceSize, 2)
	padded, _ := NewTLS13(gcm, key, iv, nil)
	inner := make([]byte, MaxPlaintext+2)
	inner[0] = byte(ApplicationData)
	sealed := make([]byte, HeaderSize, HeaderSize+len(inner)+16)
	Header{ApplicationData, legacyVersion, len(inner) + 16}.put(sealed)
	bare, _ := gcm.AEAD(key)
	sealed = bare.Seal(sealed, iv, inner, sealed)
	if _, _, err := padded.Open(sealed); !errors.Is(err, ErrOverflow) {
		t.Errorf("an inner plaintext of 2^14+2 bytes: %v, want ErrOverflow", err)
	}

	// A ciphertext within the limit with a plaintext that is too long.
	keys := Keys{Key: random(16, 1), IV: random(4, 2)}
	opener, _ := NewLegacy(legacyVersion, gcm, keys, nil, nil)
	long := MaxPlaintext + 1
	record := make([]byte, HeaderSize+8+long+16)
	Header{ApplicationData, legacyVersion, 8 + long + 16}.put(record)
	aead, _ := gcm.AEAD(keys.Key)
	nonce := append(bytes.Clone(keys.IV), record[HeaderSize:HeaderSize+8]...)
	extra := binary.BigEndian.AppendUint16(append(make([]byte, 8), byte(ApplicationData), 3, 3), uint16(long))
	aead.Seal(record[HeaderSize+8:HeaderSize+8], nonce, record[HeaderSize+8:HeaderSize+8+long], extra)
	if _, _, err := opener.Open(record); !errors.Is(err, ErrOverflow) {
		t.Errorf("a plaintext of 2^14+1 bytes: %v, want ErrOverflow", err)
	}
}

func TestSequenceNumbersDoNotWrap(t *testing.T) {
	for _, p := range protocols(t) {
		sealer, opener := p.ends(nil)
		sealer.sequence, opener.sequence = maxSequence-1, maxSequence-1
		last, err := sealer.Seal(nil, ApplicationData, nil)
		if err != nil {
			t.Fatalf("%s: the last record: %v", p.name, err)
		}
		next := bytes.Clone(last)
		if _, _, err := opener.Open(last); err != nil {
			t.Fatalf("%s: the last record: %v", p.name, err)
		}
		_, err1 := sealer.Seal(nil, ApplicationData, nil)
		_, _, err2 := opener.Open(next)
		if !errors.Is(err1, ErrExhausted) || !errors.Is(err2, ErrExhausted) {
			t.Errorf("%s: the record after the last: Seal %v, Open %v; want ErrExhausted", p.name, err1, err2)
		}
	}
}

// After LimitPlaintext, longer records are refused in both directions, and TLS 1.3's padding stops
// at the limit.
func TestLimitPlaintext(t *testing.T) {
	for _, p := range protocols(t) {
		sealer, opener := p.ends(nil)
		long, _ := sealer.Seal(nil, ApplicationData, make([]byte, 101))
		opener.LimitPlaintext(100)
		if _, _, err := opener.Open(long); !errors.Is(err, ErrOverflow) {
			t.Errorf("%s: opening 101 bytes at a limit of 100: %v", p.name, err)
		}
		sealer, opener = p.ends(nil)
		sealer.LimitPlaintext(100)
		opener.LimitPlaintext(100)
		sealer.SetPadding(64)
		if _, err := sealer.Seal(nil, ApplicationData, make([]byte, 101)); !errors.Is(err, ErrOverflow) {
			t.Errorf("%s: sealing 101 bytes at a limit of 100: %v", p.name, err)
		}
		record, err := sealer.Seal(nil, ApplicationData, make([]byte, 100))
		if err != nil || sealer.MaxPlaintext() != 100 || len(record)-HeaderSize > opener.MaxFragment() {
			t.Fatalf("%s: 100 bytes make a record of %d, %v", p.name, len(record), err)
		}
		if _, plain, err := opener.Open(record); err != nil || len(plain) != 100 {
			t.Errorf("%s: %d bytes opened, %v", p.name, len(plain), err)
		}
	}
}

// Keys are spent at the limit of their cipher, or two records before the last sequence number.
func TestKeysSpent(t *testing.T) {
	for name, want := range map[string]uint64{
		"aes-128-gcm": uint64(math.Exp2(24.5)), "aes-256-gcm": uint64(math.Exp2(24.5)),
		"aes-128-ccm": 1 << 23, "aes-128-ccm8": 1 << 23, "chacha20-poly1305": maxSequence - 2,
	} {
		c := ByName(name)
		h, err := NewTLS13(c, random(c.KeySize, 1), random(NonceSize, 2), nil)
		if err != nil {
			t.Fatal(err)
		}
		h.LimitRecords(math.MaxUint64)
		h.sequence = want - 1
		for _, spent := range []bool{false, true} {
			if h.KeysSpent() != spent {
				t.Errorf("%s: keys that have protected %d records are spent: %v", name, h.sequence, !spent)
			}
			if _, err := h.Seal(nil, ApplicationData, []byte("x")); err != nil {
				t.Errorf("%s: record %d: %v", name, h.sequence, err)
			}
		}
	}
	c := ByName("aes-128-cbc-sha")
	h, err := NewLegacy(legacyVersion, c, Keys{MAC: random(c.MACSize, 1), Key: random(c.KeySize, 2)}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if h.sequence = maxSequence - 3; h.KeysSpent() {
		t.Error("keys of TLS 1.2 are spent too early")
	}
	if h.sequence++; !h.KeysSpent() {
		t.Error("keys of TLS 1.2 are not spent when two sequence numbers are left")
	}
}
