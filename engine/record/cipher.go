package record

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"

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
	Explicit int    // nonce or IV in front of each TLS 1.2 ciphertext
	Tag      int    // an AEAD's tag
	Block    int    // 0 unless the cipher works in blocks that need padding
	Provider string // where the primitive comes from, for cost tables

	aead  func(key []byte) (cipher.AEAD, error)
	block func(key []byte) (cipher.Block, error)
	mac   *secrets.Hash
}

// NonceSize is the length in bytes of every AEAD's nonce, and so of a TLS 1.3
// traffic IV.
const NonceSize = 12

var ciphers = [...]Cipher{
	{Name: "aes-128-gcm", Key: 16, Salt: 4, Explicit: 8, Tag: 16, Provider: "crypto/aes", aead: newGCM},
	{Name: "aes-256-gcm", Key: 32, Salt: 4, Explicit: 8, Tag: 16, Provider: "crypto/aes", aead: newGCM},
	{Name: "chacha20-poly1305", Key: 32, Salt: 12, Tag: 16, Provider: "x/crypto", aead: chacha20poly1305.New},
	{Name: "aes-128-cbc-sha", Key: 16, MAC: 20, Explicit: 16, Block: 16, Provider: "crypto/aes", block: aes.NewCipher, mac: secrets.SHA1},
	{Name: "aes-256-cbc-sha", Key: 32, MAC: 20, Explicit: 16, Block: 16, Provider: "crypto/aes", block: aes.NewCipher, mac: secrets.SHA1},
}

func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
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

// KeyBlock returns the number of bytes of a TLS 1.2 key block.
func (c *Cipher) KeyBlock() int { return 2 * (c.MAC + c.Key + c.Salt) }

// Split partitions a key block of KeyBlock bytes (RFC 5246 §6.3).
func (c *Cipher) Split(block []byte) (client, server Keys) {
	take := func(n int) []byte {
		part := block[:n:n]
		block = block[n:]
		return part
	}
	client.MAC, server.MAC = take(c.MAC), take(c.MAC)
	client.Key, server.Key = take(c.Key), take(c.Key)
	client.IV, server.IV = take(c.Salt), take(c.Salt)
	return client, server
}
