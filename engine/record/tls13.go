package record

import (
	"crypto/cipher"
	"errors"
	"fmt"
)

// tls13 is TLS 1.3's protection (RFC 9846 §5.2): the plaintext is followed by its
// type and by zeros as padding, and the header is the additional data.
type tls13 struct {
	aead     cipher.AEAD
	iv       [NonceSize]byte
	nonce    [NonceSize]byte
	most     int // bytes of an inner plaintext: content, type and padding
	multiple int // bytes; the inner plaintext is padded to a multiple of it
}

func newTLS13(c *Cipher, key, iv []byte) (*tls13, error) {
	if c.aead == nil {
		return nil, errors.New("TLS 1.3 takes an AEAD only")
	}
	aead, err := c.aead(key)
	if err != nil {
		return nil, err
	}
	if len(iv) != NonceSize {
		return nil, errors.New("the IV has a wrong length")
	}
	p := &tls13{aead: aead, most: MaxPlaintext + 1}
	copy(p.iv[:], iv)
	return p, nil
}

func (p *tls13) prefix() int { return 0 }

// framing is that of the TLSInnerPlaintext, whose type is its tail.
func (p *tls13) framing() Framing {
	f := Framing{Fixed: p.aead.Overhead(), Tail: 1}
	if p.multiple > 1 {
		f.Block, f.Cap = p.multiple, p.most
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
		return 0, nil, fmt.Errorf("%w: type %d where records are protected", ErrUnexpected, record[0])
	}
	body := record[HeaderSize:]
	xorNonce(&p.nonce, &p.iv, sequence)
	inner, err := p.aead.Open(body[:0], p.nonce[:], body, record[:HeaderSize])
	if err != nil {
		return 0, nil, ErrBadMAC
	}
	if len(inner) > p.most {
		return 0, nil, fmt.Errorf("%w: inner plaintext of %d bytes", ErrOverflow, len(inner))
	}
	for i := len(inner) - 1; i >= 0; i-- {
		if inner[i] != 0 {
			return Type(inner[i]), inner[:i], nil
		}
	}
	return 0, nil, fmt.Errorf("%w: no content type", ErrUnexpected)
}
