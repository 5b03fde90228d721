package secrets

import (
	"crypto/subtle"
	"encoding"
	"hash"
)

// HMAC is HMAC (RFC 2104), or SSL 3.0's MAC that came before it (RFC 6101
// §5.2.3.1), over a hash that can save its state. The states after
// the inner and the outer key block are kept, so a message under a key already
// set costs no block for the key, and setting the same key again costs nothing.
// Nothing is allocated after NewHMAC.
//
//	SetKey ─► Begin ─► Write … ─► End ─► Begin …
type HMAC struct {
	digest       state
	inner, outer []byte // saved states
	key          []byte // the key they are for
	pad          int    // bytes that SSL 3.0 puts behind the key; 0: HMAC
	block        []byte
	sum          []byte
}

// state is what the hashes of crypto/sha256 and crypto/sha512 provide.
type state interface {
	hash.Hash
	encoding.BinaryAppender
	encoding.BinaryUnmarshaler
}

// NewHMAC returns an HMAC without a key.
func NewHMAC(h *Hash) *HMAC {
	store := make([]byte, 2*h.saved+2*h.Block+h.Size)
	take := func(n int) []byte {
		part := store[:n:n]
		store = store[n:]
		return part
	}
	return &HMAC{
		digest: h.New().(state),
		inner:  take(h.saved)[:0],
		outer:  take(h.saved)[:0],
		key:    take(h.Block)[:0],
		block:  take(h.Block),
		sum:    take(h.Size)[:0],
	}
}

// NewSSLMAC returns SSL 3.0's MAC, without a key. It hashes twice, as HMAC does,
// but puts the two pads behind the key instead of masking a block of it.
func NewSSLMAC(h *Hash) *HMAC {
	m := NewHMAC(h)
	m.pad = sslPad(h)
	return m
}

// SetKey puts a key of any length in force. That it is in force already shows in the
// time; where it differs does not.
func (m *HMAC) SetKey(key []byte) {
	if len(m.inner) > 0 && subtle.ConstantTimeCompare(key, m.key) == 1 {
		return
	}
	m.key = append(m.key[:0], key...)
	if m.pad > 0 {
		m.inner = m.saveBehind(m.inner, key, sslPad1)
		m.outer = m.saveBehind(m.outer, key, sslPad2)
		return
	}
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
func (m *HMAC) saveAfter(saved []byte, mask byte) []byte {
	for i := range m.block {
		m.block[i] ^= mask
	}
	m.digest.Reset()
	m.digest.Write(m.block)
	return m.save(saved)
}

// saveBehind hashes the key with a pad behind it and saves the state.
func (m *HMAC) saveBehind(saved, key []byte, pad string) []byte {
	m.digest.Reset()
	m.digest.Write(key)
	m.digest.Write([]byte(pad[:m.pad]))
	return m.save(saved)
}

func (m *HMAC) save(saved []byte) []byte {
	saved, err := m.digest.AppendBinary(saved[:0])
	if err != nil {
		panic("secrets: a hash of the table cannot save its state: " + err.Error())
	}
	return saved
}

// Begin starts a message under the key in force.
func (m *HMAC) Begin() { m.restore(m.inner) }

func (m *HMAC) restore(saved []byte) {
	if err := m.digest.UnmarshalBinary(saved); err != nil {
		panic("secrets: a hash of the table refuses its own state: " + err.Error())
	}
}

// Write adds to the message.
func (m *HMAC) Write(p []byte) { m.digest.Write(p) }

// End returns the MAC of the message written since Begin. It stays valid until the
// next call.
func (m *HMAC) End() []byte {
	m.sum = m.digest.Sum(m.sum[:0])
	return m.finish()
}

// EndPadded is End for a message whose length is secret. It hashes the rest of
// what might have been the message, too, so that the time taken depends, as far
// as the hash allows, only on the length of both together.
func (m *HMAC) EndPadded(rest []byte) []byte {
	if d, ok := m.digest.(interface{ ConstantTimeSum([]byte) []byte }); ok {
		m.sum = d.ConstantTimeSum(m.sum[:0])
	} else {
		m.sum = m.digest.Sum(m.sum[:0])
	}
	m.digest.Write(rest)
	return m.finish()
}

// finish turns the inner digest in sum into the MAC.
func (m *HMAC) finish() []byte {
	m.restore(m.outer)
	m.digest.Write(m.sum)
	m.sum = m.digest.Sum(m.sum[:0])
	return m.sum
}
