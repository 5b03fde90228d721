package record

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/rc4"
	"fmt"

	"github.com/pion/dtls/v3/pkg/crypto/ccm"
	"golang.org/x/crypto/chacha20poly1305"

	"tlslab/engine/secrets"
)

// A Cipher is one row of the table of bulk ciphers, with their MAC where the
// cipher does not authenticate by itself. Lengths are in bytes.
type Cipher struct {
	Name     string // "aes-128-gcm": its name in scenarios and operations
	Key      int
	MAC      int    // MAC key and MAC; 0 for an AEAD
	Salt     int    // the part of a TLS 1.2 AEAD's nonce that the key block gives
	Explicit int    // nonce or IV in front of each ciphertext, in TLS 1.2 and a block cipher's TLS 1.1
	Tag      int    // an AEAD's tag
	Block    int    // 0 unless the cipher works in blocks that need padding
	Provider string // where the primitive comes from, for cost tables

	// Records is how many records one TLS 1.3 key may protect, where that is fewer
	// than there are sequence numbers: 2^24.5 of full size by AES-GCM (RFC 9846
	// §5.5), 2^23 by AES-CCM (RFC 9147 §4.5.3, §B).
	Records uint64

	// OnRequest keeps it out of what is offered by default: it is broken (RC4,
	// RFC 7465; DES's short key, RFC 5469; 3DES's short blocks, "Sweet32",
	// Bhargavan and Leurent, 2016), keeps nothing secret (NULL), has a short tag (CCM_8), is not fully
	// constant-time here (see cbc), or is rarely found (CCM).
	OnRequest bool

	// One of these makes the primitive; none of them, and nothing is encrypted.
	aead   func(key []byte) (cipher.AEAD, error)
	block  func(key []byte) (cipher.Block, error)
	stream func(key []byte) (cipher.Stream, error)

	mac *secrets.Hash // of the records, where there is no aead
}

// NonceSize is the length in bytes of every AEAD's nonce, and so of a TLS 1.3
// traffic IV.
const NonceSize = 12

// Values of Cipher.Records.
const (
	gcmRecords = 23_726_566 // 2^24.5
	ccmRecords = 1 << 23
)

// ciphers is the table. Of the primitives, ChaCha20-Poly1305 takes a time that depends
// on lengths alone. So does AES where the processor has instructions for it, and for
// GCM's hash; elsewhere crypto/aes looks up tables at secret places, and in CCM, too.
// DES, 3DES and RC4 do so everywhere.
var ciphers = [...]Cipher{
	{Name: "aes-128-gcm", Key: 16, Salt: 4, Explicit: 8, Tag: 16, Records: gcmRecords, Provider: "crypto/aes", aead: newGCM},
	{Name: "aes-256-gcm", Key: 32, Salt: 4, Explicit: 8, Tag: 16, Records: gcmRecords, Provider: "crypto/aes", aead: newGCM},
	{Name: "chacha20-poly1305", Key: 32, Salt: 12, Tag: 16, Provider: "x/crypto", aead: chacha20poly1305.New},
	{Name: "aes-128-cbc-sha", Key: 16, MAC: 20, Explicit: 16, Block: 16, Provider: "crypto/aes", block: aes.NewCipher, mac: secrets.SHA1},
	{Name: "aes-256-cbc-sha", Key: 32, MAC: 20, Explicit: 16, Block: 16, Provider: "crypto/aes", block: aes.NewCipher, mac: secrets.SHA1},

	{Name: "aes-128-ccm", Key: 16, Salt: 4, Explicit: 8, Tag: 16, Records: ccmRecords, Provider: "pion/dtls", OnRequest: true, aead: newCCM(16)},
	{Name: "aes-256-ccm", Key: 32, Salt: 4, Explicit: 8, Tag: 16, Records: ccmRecords, Provider: "pion/dtls", OnRequest: true, aead: newCCM(16)},
	{Name: "aes-128-ccm8", Key: 16, Salt: 4, Explicit: 8, Tag: 8, Records: ccmRecords, Provider: "pion/dtls", OnRequest: true, aead: newCCM(8)},
	{Name: "aes-256-ccm8", Key: 32, Salt: 4, Explicit: 8, Tag: 8, Records: ccmRecords, Provider: "pion/dtls", OnRequest: true, aead: newCCM(8)},
	{Name: "aes-128-cbc-sha256", Key: 16, MAC: 32, Explicit: 16, Block: 16, Provider: "crypto/aes", OnRequest: true, block: aes.NewCipher, mac: secrets.SHA256},
	{Name: "aes-256-cbc-sha256", Key: 32, MAC: 32, Explicit: 16, Block: 16, Provider: "crypto/aes", OnRequest: true, block: aes.NewCipher, mac: secrets.SHA256},
	{Name: "aes-256-cbc-sha384", Key: 32, MAC: 48, Explicit: 16, Block: 16, Provider: "crypto/aes", OnRequest: true, block: aes.NewCipher, mac: secrets.SHA384},
	{Name: "3des-ede-cbc-sha", Key: 24, MAC: 20, Explicit: 8, Block: 8, Provider: "crypto/des", OnRequest: true, block: des.NewTripleDESCipher, mac: secrets.SHA1},
	{Name: "des-cbc-sha", Key: 8, MAC: 20, Explicit: 8, Block: 8, Provider: "crypto/des", OnRequest: true, block: des.NewCipher, mac: secrets.SHA1},
	{Name: "rc4-sha", Key: 16, MAC: 20, Provider: "crypto/rc4", OnRequest: true, stream: newRC4, mac: secrets.SHA1},
	{Name: "rc4-md5", Key: 16, MAC: 16, Provider: "crypto/rc4", OnRequest: true, stream: newRC4, mac: secrets.MD5},
	{Name: "null-sha256", MAC: 32, Provider: "crypto/sha256", OnRequest: true, mac: secrets.SHA256},
	{Name: "null-sha", MAC: 20, Provider: "crypto/sha1", OnRequest: true, mac: secrets.SHA1},
	{Name: "null-md5", MAC: 16, Provider: "crypto/md5", OnRequest: true, mac: secrets.MD5},
}

func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// newCCM is AES-CCM with a tag of so many bytes (RFC 6655 §3, §4).
func newCCM(tag int) func(key []byte) (cipher.AEAD, error) {
	return func(key []byte) (cipher.AEAD, error) {
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, err
		}
		return ccm.NewCCM(block, tag, NonceSize)
	}
}

// newRC4 holds RC4 to the one key length of its suites; crypto/rc4 takes any.
func newRC4(key []byte) (cipher.Stream, error) {
	if len(key) != 16 {
		return nil, rc4.KeySizeError(len(key))
	}
	return rc4.NewCipher(key)
}

// Ciphers lists all bulk ciphers.
func Ciphers() []*Cipher {
	all := make([]*Cipher, len(ciphers))
	for i := range ciphers {
		all[i] = &ciphers[i]
	}
	return all
}

// ByName returns the bulk cipher of a name such as "aes-128-gcm", nil if there is
// none.
func ByName(name string) *Cipher {
	for i := range ciphers {
		if ciphers[i].Name == name {
			return &ciphers[i]
		}
	}
	return nil
}

// AEAD makes the bare primitive, for tickets and for measurements. It fails for a
// cipher that is none and for a key of a wrong length.
func (c *Cipher) AEAD(key []byte) (cipher.AEAD, error) {
	if c.aead == nil {
		return nil, fmt.Errorf("%s is not an AEAD", c.Name)
	}
	return c.aead(key)
}

// Keys are what one direction takes from a key block (RFC 5246 §6.3).
type Keys struct {
	MAC, Key, IV []byte
}

// ivSize is what the key block of a version gives for an IV: an AEAD's salt, or
// before TLS 1.1 the first IV of a block cipher's chain (RFC 2246 §6.3).
func (c *Cipher) ivSize(version uint16) int {
	if c.Block > 0 && version < versionTLS11 {
		return c.Block
	}
	return c.Salt
}

// KeyBlock returns the number of bytes of a key block up to TLS 1.2.
func (c *Cipher) KeyBlock(version uint16) int {
	return 2 * (c.MAC + c.Key + c.ivSize(version))
}

// Split partitions a key block of KeyBlock bytes (RFC 5246 §6.3).
func (c *Cipher) Split(version uint16, block []byte) (client, server Keys) {
	take := func(n int) []byte {
		part := block[:n:n]
		block = block[n:]
		return part
	}
	client.MAC, server.MAC = take(c.MAC), take(c.MAC)
	client.Key, server.Key = take(c.Key), take(c.Key)
	client.IV, server.IV = take(c.ivSize(version)), take(c.ivSize(version))
	return client, server
}
