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

// A Cipher is a bulk cipher: an AEAD, or a cipher with a MAC. Sizes are in bytes.
type Cipher struct {
	Name         string // "aes-128-gcm": the name in scenarios and in op.Op.Alg
	KeySize      int
	MACSize      int    // of MAC and MAC key; 0 for an AEAD
	SaltSize     int    // implicit part of the nonce in TLS 1.2, from the key block (RFC 5288 §3)
	ExplicitSize int    // of nonce (AEAD, TLS 1.2) or IV (CBC, from TLS 1.1) in each record
	TagSize      int    // of an AEAD
	BlockSize    int    // of a block cipher in CBC mode; otherwise 0
	Provider     string // of the primitive, for cost tables: "crypto/aes"

	// MaxRecords is the number of records that one TLS 1.3 key should protect: 2^24.5 with AES-GCM
	// (RFC 9846 §5.5), 2^23 with AES-CCM (RFC 9147 §4.5.3, §B). 0: no bound but the sequence
	// numbers.
	MaxRecords uint64

	// OptIn: suites with the cipher are offered only if the configuration names them. RC4 (RFC
	// 7465), DES (short key, RFC 5469) and 3DES (short blocks: "Sweet32", Bhargavan and Leurent,
	// 2016) are broken. NULL does not encrypt. CCM_8 has a short tag, and CCM is rarely used. CBC
	// with SHA-2 is not constant-time here (see cbc).
	OptIn bool

	// At most one of these is set and makes the primitive. Without any, nothing is encrypted.
	aead   func(key []byte) (cipher.AEAD, error)
	block  func(key []byte) (cipher.Block, error)
	stream func(key []byte) (cipher.Stream, error)

	mac *secrets.Hash // nil for an AEAD
}

// NonceSize is the length in bytes of an AEAD's nonce and of a TLS 1.3 traffic IV.
const NonceSize = 12

// Values of Cipher.MaxRecords.
const (
	gcmRecords = 23_726_566 // 2^24.5
	ccmRecords = 1 << 23
)

// ciphers are all bulk ciphers. The time of ChaCha20-Poly1305 depends on lengths only. So does that
// of AES and GCM on processors with instructions for both; on others crypto/aes uses lookup tables,
// whose access time depends on secrets. DES, 3DES and RC4 use lookup tables on all processors.
var ciphers = [...]Cipher{
	{Name: "aes-128-gcm", KeySize: 16, SaltSize: 4, ExplicitSize: 8, TagSize: 16, MaxRecords: gcmRecords, Provider: "crypto/aes", aead: newGCM},
	{Name: "aes-256-gcm", KeySize: 32, SaltSize: 4, ExplicitSize: 8, TagSize: 16, MaxRecords: gcmRecords, Provider: "crypto/aes", aead: newGCM},
	{Name: "chacha20-poly1305", KeySize: 32, SaltSize: 12, TagSize: 16, Provider: "x/crypto", aead: chacha20poly1305.New},
	{Name: "aes-128-cbc-sha", KeySize: 16, MACSize: 20, ExplicitSize: 16, BlockSize: 16, Provider: "crypto/aes", block: aes.NewCipher, mac: secrets.SHA1},
	{Name: "aes-256-cbc-sha", KeySize: 32, MACSize: 20, ExplicitSize: 16, BlockSize: 16, Provider: "crypto/aes", block: aes.NewCipher, mac: secrets.SHA1},

	{Name: "aes-128-ccm", KeySize: 16, SaltSize: 4, ExplicitSize: 8, TagSize: 16, MaxRecords: ccmRecords, Provider: "pion/dtls", OptIn: true, aead: newCCM(16)},
	{Name: "aes-256-ccm", KeySize: 32, SaltSize: 4, ExplicitSize: 8, TagSize: 16, MaxRecords: ccmRecords, Provider: "pion/dtls", OptIn: true, aead: newCCM(16)},
	{Name: "aes-128-ccm8", KeySize: 16, SaltSize: 4, ExplicitSize: 8, TagSize: 8, MaxRecords: ccmRecords, Provider: "pion/dtls", OptIn: true, aead: newCCM(8)},
	{Name: "aes-256-ccm8", KeySize: 32, SaltSize: 4, ExplicitSize: 8, TagSize: 8, MaxRecords: ccmRecords, Provider: "pion/dtls", OptIn: true, aead: newCCM(8)},
	{Name: "aes-128-cbc-sha256", KeySize: 16, MACSize: 32, ExplicitSize: 16, BlockSize: 16, Provider: "crypto/aes", OptIn: true, block: aes.NewCipher, mac: secrets.SHA256},
	{Name: "aes-256-cbc-sha256", KeySize: 32, MACSize: 32, ExplicitSize: 16, BlockSize: 16, Provider: "crypto/aes", OptIn: true, block: aes.NewCipher, mac: secrets.SHA256},
	{Name: "aes-256-cbc-sha384", KeySize: 32, MACSize: 48, ExplicitSize: 16, BlockSize: 16, Provider: "crypto/aes", OptIn: true, block: aes.NewCipher, mac: secrets.SHA384},
	{Name: "3des-ede-cbc-sha", KeySize: 24, MACSize: 20, ExplicitSize: 8, BlockSize: 8, Provider: "crypto/des", OptIn: true, block: des.NewTripleDESCipher, mac: secrets.SHA1},
	{Name: "des-cbc-sha", KeySize: 8, MACSize: 20, ExplicitSize: 8, BlockSize: 8, Provider: "crypto/des", OptIn: true, block: des.NewCipher, mac: secrets.SHA1},
	{Name: "rc4-sha", KeySize: 16, MACSize: 20, Provider: "crypto/rc4", OptIn: true, stream: newRC4, mac: secrets.SHA1},
	{Name: "rc4-md5", KeySize: 16, MACSize: 16, Provider: "crypto/rc4", OptIn: true, stream: newRC4, mac: secrets.MD5},
	{Name: "null-sha256", MACSize: 32, Provider: "crypto/sha256", OptIn: true, mac: secrets.SHA256},
	{Name: "null-sha", MACSize: 20, Provider: "crypto/sha1", OptIn: true, mac: secrets.SHA1},
	{Name: "null-md5", MACSize: 16, Provider: "crypto/md5", OptIn: true, mac: secrets.MD5},
}

func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// newCCM returns a constructor of AES-CCM with a tag of tag bytes (RFC 6655 §3, §6).
func newCCM(tag int) func(key []byte) (cipher.AEAD, error) {
	return func(key []byte) (cipher.AEAD, error) {
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, err
		}
		return ccm.NewCCM(block, tag, NonceSize)
	}
}

// newRC4 accepts only the key length of RC4's cipher suites. crypto/rc4 accepts any.
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

// ByName returns the bulk cipher with a name such as "aes-128-gcm"; nil if the name is unknown.
func ByName(name string) *Cipher {
	for i := range ciphers {
		if ciphers[i].Name == name {
			return &ciphers[i]
		}
	}
	return nil
}

// AEAD returns the primitive without record protection, for tickets and measurements. It returns an
// error if the cipher is not an AEAD or the key has the wrong length.
func (c *Cipher) AEAD(key []byte) (cipher.AEAD, error) {
	if c.aead == nil {
		return nil, fmt.Errorf("%s is not an AEAD", c.Name)
	}
	return c.aead(key)
}

// Keys are one direction's part of a key block (RFC 5246 §6.3).
type Keys struct {
	MAC, Key, IV []byte
}

// ivSize is the size of IV in a version's key block: that of an AEAD's salt, or before TLS 1.1 that
// of a block cipher's first IV (RFC 2246 §6.3).
func (c *Cipher) ivSize(version uint16) int {
	if c.BlockSize > 0 && version < versionTLS11 {
		return c.BlockSize
	}
	return c.SaltSize
}

// KeyBlockSize returns the size of a key block in bytes in SSL 3.0 to TLS 1.2 (RFC 5246 §6.3).
func (c *Cipher) KeyBlockSize(version uint16) int {
	return 2 * (c.MACSize + c.KeySize + c.ivSize(version))
}

// SplitKeyBlock partitions a key block of KeyBlockSize bytes (RFC 5246 §6.3).
func (c *Cipher) SplitKeyBlock(version uint16, block []byte) (client, server Keys) {
	take := func(n int) []byte {
		part := block[:n:n]
		block = block[n:]
		return part
	}
	client.MAC, server.MAC = take(c.MACSize), take(c.MACSize)
	client.Key, server.Key = take(c.KeySize), take(c.KeySize)
	client.IV, server.IV = take(c.ivSize(version)), take(c.ivSize(version))
	return client, server
}
