package record

import (
	"crypto/cipher"
	"crypto/subtle"
	"errors"
)

// A stream is the protection by a stream cipher, or by a MAC alone (RFC 5246 §6.2.3.1): plaintext
// and MAC are encrypted. The key stream continues from record to record.
//
// Without padding, the time depends on the record's length only; MACs are compared in constant
// time. crypto/rc4 itself is not constant-time: it uses lookup tables.
type stream struct {
	cipher  cipher.Stream // nil: no encryption
	mac     recordMAC
	macSize int
}

func newStream(version uint16, c *Cipher, keys Keys) (*stream, error) {
	p := &stream{mac: newRecordMAC(version, c.mac, keys.MAC), macSize: c.MACSize}
	if len(keys.Key) != c.KeySize {
		return nil, errors.New("wrong length of key")
	}
	if len(keys.MAC) != c.MACSize {
		return nil, errors.New("wrong length of MAC key")
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

// sum returns the MAC of a record with plain bytes of plaintext.
func (p *stream) sum(record []byte, sequence uint64, plain int) []byte {
	p.mac.begin(record, sequence, plain)
	p.mac.Write(record[HeaderSize:][:plain])
	return p.mac.End()
}
