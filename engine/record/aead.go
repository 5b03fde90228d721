package record

import (
	"crypto/cipher"
	"encoding/binary"
	"errors"
)

// classicAEAD is TLS 1.2's protection by an AEAD. Its nonce is the salt and an
// explicit part that is the sequence number (AES-GCM, RFC 5288 §3), or the IV
// with the sequence number XORed in (ChaCha20-Poly1305, RFC 7905 §2).
type classicAEAD struct {
	aead     cipher.AEAD
	explicit int
	iv       [NonceSize]byte
	nonce    [NonceSize]byte
	extra    [13]byte // sequence number, type, version, plaintext length
}

func newClassicAEAD(c *Cipher, keys Keys) (*classicAEAD, error) {
	aead, err := c.aead(keys.Key)
	if err != nil {
		return nil, err
	}
	if len(keys.IV) != c.Salt {
		return nil, errors.New("the IV has a wrong length")
	}
	p := &classicAEAD{aead: aead, explicit: c.Explicit}
	copy(p.iv[:], keys.IV)
	return p, nil
}

func (p *classicAEAD) prefix() int { return p.explicit }

func (p *classicAEAD) framing() Framing { return Framing{Fixed: p.explicit + p.aead.Overhead()} }

func (p *classicAEAD) seal(record []byte, sequence uint64, typ Type, plain int) error {
	body := record[HeaderSize+p.explicit:]
	if p.explicit > 0 {
		binary.BigEndian.PutUint64(record[HeaderSize:], sequence)
	}
	p.setNonce(record, sequence)
	p.setExtra(record, sequence, plain)
	p.aead.Seal(body[:0], p.nonce[:], body[:plain], p.extra[:])
	return nil
}

func (p *classicAEAD) open(record []byte, sequence uint64) (Type, []byte, error) {
	body := record[HeaderSize:]
	plain := len(body) - p.explicit - p.aead.Overhead()
	if plain < 0 {
		return 0, nil, ErrBadMAC
	}
	p.setNonce(record, sequence)
	p.setExtra(record, sequence, plain)
	body = body[p.explicit:]
	out, err := p.aead.Open(body[:0], p.nonce[:], body, p.extra[:])
	if err != nil {
		return 0, nil, ErrBadMAC
	}
	return Type(record[0]), out, nil
}

// setNonce takes an explicit part from the record, where the sealing side has put
// it.
func (p *classicAEAD) setNonce(record []byte, sequence uint64) {
	if p.explicit > 0 {
		copy(p.nonce[:], p.iv[:])
		copy(p.nonce[NonceSize-p.explicit:], record[HeaderSize:])
		return
	}
	xorNonce(&p.nonce, &p.iv, sequence)
}

func (p *classicAEAD) setExtra(record []byte, sequence uint64, plain int) {
	setPseudoHeader(&p.extra, record, sequence, plain)
}

// setPseudoHeader writes what TLS 1.2 authenticates beside the plaintext: the
// sequence number and the header with the plaintext's length (RFC 5246 §6.2.3.1,
// §6.2.3.3).
func setPseudoHeader(dst *[13]byte, record []byte, sequence uint64, plain int) {
	binary.BigEndian.PutUint64(dst[:], sequence)
	copy(dst[8:11], record)
	binary.BigEndian.PutUint16(dst[11:], uint16(plain))
}

// xorNonce is the nonce of RFC 7905 §2 and RFC 9846 §5.3.
func xorNonce(nonce, iv *[NonceSize]byte, sequence uint64) {
	*nonce = *iv
	low := nonce[NonceSize-8:]
	binary.BigEndian.PutUint64(low, binary.BigEndian.Uint64(low)^sequence)
}
