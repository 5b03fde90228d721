package secrets

import (
	"bytes"
	"encoding"
	"hash"
)

// hmac is HMAC (RFC 2104) over a hash that can save its state. The states after
// the inner and the outer key block are kept, so a message under a key already
// set costs no block for the key, and setting the same key again costs nothing.
type hmac struct {
	digest       state
	inner, outer []byte // saved states
	key          []byte // the key they are for
	block        []byte
	sum          []byte
}

// state is what the hashes of crypto/sha256 and crypto/sha512 provide.
type state interface {
	hash.Hash
	encoding.BinaryAppender
	encoding.BinaryUnmarshaler
}

func newHMAC(h *Hash) *hmac {
	const savedState = 256 // bytes; the longest of the hashes in the table is 204
	return &hmac{
		digest: h.New().(state),
		inner:  make([]byte, 0, savedState),
		outer:  make([]byte, 0, savedState),
		key:    make([]byte, 0, maxBlock),
		block:  make([]byte, h.Block),
		sum:    make([]byte, 0, maxSize),
	}
}

// setKey puts a key of any length in force.
func (m *hmac) setKey(key []byte) {
	if len(m.inner) > 0 && bytes.Equal(key, m.key) {
		return
	}
	m.key = append(m.key[:0], key...)
	if len(key) > len(m.block) {
		m.digest.Reset()
		m.digest.Write(key)
		m.sum = m.digest.Sum(m.sum[:0])
		key = m.sum
	}
	n := copy(m.block, key)
	clear(m.block[n:])
	m.inner = m.saveAfter(m.inner, 0x36)
	m.outer = m.saveAfter(m.outer, 0x36^0x5c)
}

// saveAfter hashes the key block under one more mask and saves the state.
func (m *hmac) saveAfter(saved []byte, mask byte) []byte {
	for i := range m.block {
		m.block[i] ^= mask
	}
	m.digest.Reset()
	m.digest.Write(m.block)
	saved, err := m.digest.AppendBinary(saved[:0])
	if err != nil {
		panic("secrets: a hash of the table cannot save its state: " + err.Error())
	}
	return saved
}

// begin starts a message under the key in force.
func (m *hmac) begin() { m.restore(m.inner) }

func (m *hmac) restore(saved []byte) {
	if err := m.digest.UnmarshalBinary(saved); err != nil {
		panic("secrets: a hash of the table refuses its own state: " + err.Error())
	}
}

func (m *hmac) write(p []byte) { m.digest.Write(p) }

// end returns the MAC of the message written since begin. It stays valid until
// the next call.
func (m *hmac) end() []byte {
	m.sum = m.digest.Sum(m.sum[:0])
	m.restore(m.outer)
	m.digest.Write(m.sum)
	m.sum = m.digest.Sum(m.sum[:0])
	return m.sum
}
