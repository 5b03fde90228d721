package secrets

import (
	"crypto/subtle"
	"encoding"
	"hash"
)

// HMAC computes HMAC (RFC 2104), or SSL 3.0's MAC (RFC 6101 §5.2.3.1). It keeps the hash's states
// after the inner and the outer key block: a message hashes no key block, and setting the same key
// again hashes nothing. It allocates nothing after NewHMAC.
//
//	SetKey ─► Begin ─► Write … ─► End ─► Begin …
type HMAC struct {
	digest       stateHash
	inner, outer []byte // marshaled states after the key blocks
	key          []byte // the key of inner and outer
	pad          int    // SSL 3.0: bytes of the pad after the key; 0: HMAC
	block        []byte
	sum          []byte
}

// A stateHash is a hash whose state can be marshaled, as those of package crypto can.
type stateHash interface {
	hash.Hash
	encoding.BinaryAppender
	encoding.BinaryUnmarshaler
}

// NewHMAC returns an HMAC without a key, over any Hash but MD5SHA1.
func NewHMAC(h *Hash) *HMAC {
	store := make([]byte, 2*h.stateSize+2*h.Block+h.Size)
	take := func(n int) []byte {
		part := store[:n:n]
		store = store[n:]
		return part
	}
	return &HMAC{
		digest: h.New().(stateHash),
		inner:  take(h.stateSize)[:0],
		outer:  take(h.stateSize)[:0],
		key:    take(h.Block)[:0],
		block:  take(h.Block),
		sum:    take(h.Size)[:0],
	}
}

// NewSSL30MAC returns SSL 3.0's MAC without a key, over MD5 or SHA1. It hashes twice, as HMAC does,
// but with the pads after the key instead of XORed with it.
func NewSSL30MAC(h *Hash) *HMAC {
	m := NewHMAC(h)
	m.pad = ssl30PadSize(h)
	return m
}

// SetKey sets the key, of any length. Its time depends on whether the key equals the one before,
// but not on where the two differ.
func (m *HMAC) SetKey(key []byte) {
	if len(m.inner) > 0 && subtle.ConstantTimeCompare(key, m.key) == 1 {
		return
	}
	m.key = append(m.key[:0], key...)
	if m.pad > 0 {
		m.inner = m.stateAfterPaddedKey(m.inner, key, ssl30Pad1)
		m.outer = m.stateAfterPaddedKey(m.outer, key, ssl30Pad2)
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
	m.inner = m.stateAfterBlock(m.inner, 0x36)
	m.outer = m.stateAfterBlock(m.outer, 0x36^0x5c)
}

// stateAfterBlock XORs mask into the key block, hashes it and marshals the state.
func (m *HMAC) stateAfterBlock(saved []byte, mask byte) []byte {
	for i := range m.block {
		m.block[i] ^= mask
	}
	m.digest.Reset()
	m.digest.Write(m.block)
	return m.marshalState(saved)
}

// stateAfterPaddedKey hashes the key and a pad, and marshals the state.
func (m *HMAC) stateAfterPaddedKey(saved, key []byte, pad string) []byte {
	m.digest.Reset()
	m.digest.Write(key)
	m.digest.Write([]byte(pad[:m.pad]))
	return m.marshalState(saved)
}

func (m *HMAC) marshalState(saved []byte) []byte {
	saved, err := m.digest.AppendBinary(saved[:0])
	if err != nil {
		panic("secrets: cannot marshal a hash's state: " + err.Error())
	}
	return saved
}

// Begin starts a message.
func (m *HMAC) Begin() { m.restore(m.inner) }

func (m *HMAC) restore(saved []byte) {
	if err := m.digest.UnmarshalBinary(saved); err != nil {
		panic("secrets: cannot unmarshal a hash's state: " + err.Error())
	}
}

// Write appends to the message.
func (m *HMAC) Write(p []byte) { m.digest.Write(p) }

// End returns the MAC of the message written since Begin. The slice is valid until the next call of
// any method.
func (m *HMAC) End() []byte {
	m.sum = m.digest.Sum(m.sum[:0])
	return m.finish()
}

// EndPadded is End for a message of secret length. It also hashes rest, the bytes that would have
// belonged to a longer message, so that the time depends on the sum of both lengths only. MD5 and
// SHA-1 finish in constant time (ConstantTimeSum); SHA-2 does not (RFC 5246 §6.2.3.2,
// implementation note).
func (m *HMAC) EndPadded(rest []byte) []byte {
	if d, ok := m.digest.(interface{ ConstantTimeSum([]byte) []byte }); ok {
		m.sum = d.ConstantTimeSum(m.sum[:0])
	} else {
		m.sum = m.digest.Sum(m.sum[:0])
	}
	m.digest.Write(rest)
	return m.finish()
}

// finish computes the MAC from the inner digest in sum.
func (m *HMAC) finish() []byte {
	m.restore(m.outer)
	m.digest.Write(m.sum)
	m.sum = m.digest.Sum(m.sum[:0])
	return m.sum
}
