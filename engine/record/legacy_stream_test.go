package record

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"
	"testing"
)

// The expected records are GenericStreamCipher of RFC 5246 §6.2.3.1 written with package crypto:
// the key stream continues from record to record, and NULL does not encrypt.
func TestStreamRecordsOnTheWire(t *testing.T) {
	for _, row := range []struct {
		name string
		hash func() hash.Hash
	}{{"rc4-md5", md5.New}, {"null-sha256", sha256.New}} {
		c := ByName(row.name)
		keys, _ := c.SplitKeyBlock(legacyVersion, random(c.KeyBlockSize(legacyVersion), 6))
		h, err := NewLegacy(legacyVersion, c, keys, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		var keyStream *rc4.Cipher
		if row.name == "rc4-md5" {
			keyStream, _ = rc4.NewCipher(keys.Key)
		}
		for sequence, plain := range [][]byte{[]byte("first"), nil, []byte("and a third record")} {
			mac := hmac.New(row.hash, keys.MAC)
			mac.Write(binary.BigEndian.AppendUint64(nil, uint64(sequence)))
			mac.Write([]byte{byte(ApplicationData), 3, 3, 0, byte(len(plain))})
			mac.Write(plain)
			want := mac.Sum(slices.Clone(plain))
			if keyStream != nil {
				keyStream.XORKeyStream(want, want)
			}
			got, err := h.Seal(nil, ApplicationData, plain)
			if err != nil || !bytes.Equal(got[HeaderSize:], want) {
				t.Errorf("%s, record %d: %v\n got %x\nwant %x", row.name, sequence, err, got[HeaderSize:], want)
			}
		}
	}
}
