package record

import (
	"crypto/cipher"
	"crypto/subtle"
	"errors"
)

// stream is protection by a stream cipher or by none (RFC 5246
// §6.2.3.1): the plaintext is followed by its MAC, and both are encrypted. The
// key stream goes on from record to record.
//
// Nothing is padded, so the work done on a record depends on its length alone,
// and MACs are compared in constant time. crypto/rc4 itself is not constant-time:
// it looks up tables at secret places.
type stream struct {
	cipher  cipher.Stream // nil: nothing is encrypted
	mac     recordMAC
	macSize int
}

func newStream(version uint16, c *Cipher, keys Keys) (*stream, error) {
	p := &stream{mac: newRecordMAC(version, c.mac, keys.MAC), macSize: c.MAC}
	if len(keys.Key) != c.Key {
		return nil, errors.New("the key has a wrong length")
	}
	if len(keys.MAC) != c.MAC {
		return nil, errors.New("the MAC key has a wrong length")
	}
	if c.stream != nil {
		var err error
		if p.cipher, err = c.stream(keys.Key); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *stream) prefix() int { return 0 }

func (p *stream) framing() Framing { return Framing{Fixed: p.macSize} }

func (p *stream) seal(record []byte, sequence uint64, _ Type, plain int) error {
	body := record[HeaderSize:]
	copy(body[plain:], p.sum(record, sequence, plain))
	p.crypt(body)
	return nil
}

func (p *stream) open(record []byte, sequence uint64) (Type, []byte, error) {
	body := record[HeaderSize:]
	plain := len(body) - p.macSize
	if plain < 0 {
		return 0, nil, ErrBadMAC
	}
	p.crypt(body)
	if subtle.ConstantTimeCompare(p.sum(record, sequence, plain), body[plain:]) != 1 {
		return 0, nil, ErrBadMAC
	}
	return Type(record[0]), body[:plain:plain], nil
}

func (p *stream) crypt(body []byte) {
	if p.cipher != nil {
		p.cipher.XORKeyStream(body, body)
	}
}

// sum is the MAC of a record's first plain bytes.
func (p *stream) sum(record []byte, sequence uint64, plain int) []byte {
	p.mac.begin(record, sequence, plain)
	p.mac.Write(record[HeaderSize:][:plain])
	return p.mac.End()
}
