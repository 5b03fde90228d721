package record

import (
	"crypto/cipher"
	"errors"
	"fmt"
)

// A tls13 is the protection in TLS 1.3 (RFC 9846 §5.2): an AEAD encrypts plaintext, content type
// and padding; the additional data is the header.
type tls13 struct {
	aead     cipher.AEAD
	iv       [NonceSize]byte
	nonce    [NonceSize]byte
	maxInner int // bytes of a TLSInnerPlaintext: plaintext, content type and padding
	multiple int // the TLSInnerPlaintext is padded to a multiple of so many bytes
}

func newTLS13Protection(c *Cipher, key, iv []byte) (*tls13, error) {
	if c.aead == nil {
		return nil, errors.New("the cipher is not an AEAD")
	}
	aead, err := c.aead(key)
	if err != nil {
		return nil, err
	}
	if len(iv) != NonceSize {
		return nil, errors.New("wrong length of IV")
	}
	p := &tls13{aead: aead, maxInner: MaxPlaintext + 1}
	copy(p.iv[:], iv)
	return p, nil
}

func (p *tls13) prefix() int { return 0 }

// framing: the tail is the content type.
func (p *tls13) framing() Framing {
	f := Framing{Fixed: p.aead.Overhead(), Tail: 1}
	if p.multiple > 1 {
		f.Block, f.Cap = p.multiple, p.maxInner
	}
	return f
}

func (p *tls13) seal(record []byte, sequence uint64, typ Type, plain int) error {
	record[0] = byte(ApplicationData)
	body := record[HeaderSize:]
	inner := body[:len(body)-p.aead.Overhead()]
	inner[plain] = byte(typ)
	clear(inner[plain+1:])
	xorNonce(&p.nonce, &p.iv, sequence)
	p.aead.Seal(body[:0], p.nonce[:], inner, record[:HeaderSize])
	return nil
}

func (p *tls13) open(record []byte, sequence uint64) (Type, []byte, error) {
	if Type(record[0]) != ApplicationData {
		return 0, nil, fmt.Errorf("%w: type %d of a protected record", ErrUnexpected, record[0])
	}
	body := record[HeaderSize:]
	xorNonce(&p.nonce, &p.iv, sequence)
	inner, err := p.aead.Open(body[:0], p.nonce[:], body, record[:HeaderSize])
	if err != nil {
		return 0, nil, ErrBadMAC
	}
	if len(inner) > p.maxInner {
		return 0, nil, fmt.Errorf("%w: inner plaintext of %d bytes", ErrOverflow, len(inner))
	}
	for i := len(inner) - 1; i >= 0; i-- {
		if inner[i] != 0 {
			return Type(inner[i]), inner[:i], nil
		}
	}
	return 0, nil, fmt.Errorf("%w: no content type", ErrUnexpected)
}
