package record

import (
	"crypto/cipher"
	"encoding/binary"
	"errors"
)

// A legacyAEAD is the protection by an AEAD in TLS 1.2. Its nonce is the salt and the sequence
// number as explicit nonce (AES-GCM, RFC 5288 §3), or the IV XORed with the sequence number
// (ChaCha20-Poly1305, RFC 7905 §2).
type legacyAEAD struct {
	aead     cipher.AEAD
	explicit int // bytes of the explicit nonce
	iv       [NonceSize]byte
	nonce    [NonceSize]byte
	extra    [13]byte // additional data: see setAdditionalData
}

func newLegacyAEAD(c *Cipher, keys Keys) (*legacyAEAD, error) {
	aead, err := c.aead(keys.Key)
	if err != nil {
		return nil, err
	}
	if len(keys.IV) != c.SaltSize {
		return nil, errors.New("wrong length of IV")
	}
	p := &legacyAEAD{aead: aead, explicit: c.ExplicitSize}
	copy(p.iv[:], keys.IV)
	return p, nil
}

func (p *legacyAEAD) prefix() int { return p.explicit }

func (p *legacyAEAD) framing() Framing { return Framing{Fixed: p.explicit + p.aead.Overhead()} }

func (p *legacyAEAD) seal(record []byte, sequence uint64, typ Type, plain int) error {
	body := record[HeaderSize+p.explicit:]
	if p.explicit > 0 {
		binary.BigEndian.PutUint64(record[HeaderSize:], sequence)
	}
	p.setNonce(record, sequence)
	setAdditionalData(&p.extra, record, sequence, plain)
	p.aead.Seal(body[:0], p.nonce[:], body[:plain], p.extra[:])
	return nil
}

func (p *legacyAEAD) open(record []byte, sequence uint64) (Type, []byte, error) {
	body := record[HeaderSize:]
	plain := len(body) - p.explicit - p.aead.Overhead()
	if plain < 0 {
		return 0, nil, ErrBadMAC
	}
	p.setNonce(record, sequence)
	setAdditionalData(&p.extra, record, sequence, plain)
	body = body[p.explicit:]
	out, err := p.aead.Open(body[:0], p.nonce[:], body, p.extra[:])
	if err != nil {
		return 0, nil, ErrBadMAC
	}
	return Type(record[0]), out, nil
}

// setNonce sets the nonce; the explicit nonce is in the record already.
func (p *legacyAEAD) setNonce(record []byte, sequence uint64) {
	if p.explicit > 0 {
		copy(p.nonce[:], p.iv[:])
		copy(p.nonce[NonceSize-p.explicit:], record[HeaderSize:])
		return
	}
	xorNonce(&p.nonce, &p.iv, sequence)
}

// setAdditionalData writes the sequence number and the record's header with the plaintext's length:
// the additional data of an AEAD, and the start of a MAC's input (RFC 5246 §6.2.3.1, §6.2.3.3).
func setAdditionalData(dst *[13]byte, record []byte, sequence uint64, plain int) {
	binary.BigEndian.PutUint64(dst[:], sequence)
	copy(dst[8:11], record)
	binary.BigEndian.PutUint16(dst[11:], uint16(plain))
}

// xorNonce sets nonce to iv XORed with the sequence number (RFC 7905 §2, RFC 9846 §5.3).
func xorNonce(nonce, iv *[NonceSize]byte, sequence uint64) {
	*nonce = *iv
	low := nonce[NonceSize-8:]
	binary.BigEndian.PutUint64(low, binary.BigEndian.Uint64(low)^sequence)
}
