package record

import (
	"crypto/cipher"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
)

// newLegacyProtection returns the protection with a cipher up to TLS 1.2.
func newLegacyProtection(version uint16, c *Cipher, keys Keys, rand io.Reader) (protection, error) {
	switch {
	case c.aead != nil:
		return newLegacyAEAD(c, keys)
	case c.block != nil:
		return newCBC(version, c, keys, rand)
	}
	return newStream(version, c, keys)
}

// A cbc is the protection by a block cipher in CBC mode (RFC 5246 §6.2.3.2): plaintext, MAC and
// padding are encrypted. From TLS 1.1 on each record has an explicit IV. Before, the last block of
// a record is the IV of the next (RFC 2246 §6.2.3.2), and an attacker who sees it can choose
// plaintext accordingly ("BEAST", Duong and Rizzo, 2011).
//
// An attacker who learns whether the padding or the MAC of a record was wrong, from the time for
// instance, can decrypt records ("Lucky Thirteen", AlFardan and Paterson, 2013). Therefore open
// always checks both: the padding over its greatest length, and the MAC over a constant number of
// hash blocks. Both failures are ErrBadMAC. Only the position of the received MAC can show, in
// cache lines, as in crypto/tls.
//
// The check is constant-time with SHA-1, in HMAC and in SSL 3.0's MAC, because crypto/sha1 has
// ConstantTimeSum. With SHA-256 and SHA-384 the time still depends on how many bytes of the last
// hash block are padding. Encrypt-then-MAC (RFC 7366) avoids that. The time of the ciphers is
// described at ciphers.
type cbc struct {
	encrypt, decrypt cbcMode
	mac              recordMAC
	macSize          int
	explicit         int // bytes of the IV in each record; 0 before TLS 1.1
	rand             io.Reader
}

// A cbcMode is a CBC encrypter or decrypter of package crypto/cipher whose IV can be set.
type cbcMode interface {
	cipher.BlockMode
	SetIV([]byte)
}

func newCBC(version uint16, c *Cipher, keys Keys, rand io.Reader) (*cbc, error) {
	block, err := c.block(keys.Key)
	if err != nil {
		return nil, err
	}
	if len(keys.MAC) != c.MACSize {
		return nil, errors.New("wrong length of MAC key")
	}
	iv := keys.IV
	p := &cbc{mac: newRecordMAC(version, c.mac, keys.MAC), macSize: c.MACSize, rand: rand}
	if version >= versionTLS11 {
		iv = make([]byte, block.BlockSize())
		p.explicit = block.BlockSize()
	} else if len(iv) != block.BlockSize() {
		return nil, errors.New("wrong length of IV")
	}
	var ok1, ok2 bool
	p.encrypt, ok1 = cipher.NewCBCEncrypter(block, iv).(cbcMode)
	p.decrypt, ok2 = cipher.NewCBCDecrypter(block, iv).(cbcMode)
	if !ok1 || !ok2 {
		return nil, errors.New("the cipher's CBC mode has no SetIV")
	}
	return p, nil
}

func (p *cbc) prefix() int { return p.explicit }

// framing: the tail is the MAC and at least one byte of padding.
func (p *cbc) framing() Framing {
	return Framing{Fixed: p.explicit, Tail: p.macSize + 1, Block: p.encrypt.BlockSize()}
}

func (p *cbc) seal(record []byte, sequence uint64, _ Type, plain int) error {
	iv, body := record[HeaderSize:HeaderSize+p.explicit], record[HeaderSize+p.explicit:]
	if err := p.sealIV(iv); err != nil {
		return err
	}
	p.mac.begin(record, sequence, plain)
	p.mac.Write(body[:plain])
	padding := body[plain+copy(body[plain:], p.mac.End()):]
	for i := range padding {
		padding[i] = byte(len(padding) - 1)
	}
	p.encrypt.CryptBlocks(body, body)
	return nil
}

// sealIV reads an explicit IV from rand and sets it.
func (p *cbc) sealIV(iv []byte) error {
	if len(iv) == 0 {
		return nil
	}
	if p.rand == nil {
		return errors.New("no random source for the IV")
	}
	if _, err := io.ReadFull(p.rand, iv); err != nil {
		return fmt.Errorf("read random IV: %w", err)
	}
	p.encrypt.SetIV(iv)
	return nil
}

// openIV sets a received explicit IV.
func (p *cbc) openIV(iv []byte) {
	if len(iv) > 0 {
		p.decrypt.SetIV(iv)
	}
}

func (p *cbc) open(record []byte, sequence uint64) (Type, []byte, error) {
	block := p.decrypt.BlockSize()
	fragment := record[HeaderSize:]
	if len(fragment)%block != 0 || len(fragment) < p.explicit+p.macSize+1 {
		return 0, nil, ErrBadMAC
	}
	iv, body := fragment[:p.explicit], fragment[p.explicit:]
	p.openIV(iv)
	p.decrypt.CryptBlocks(body, body)

	padding, good := p.padding(body, p.macSize)
	plain := len(body) - padding - p.macSize
	p.mac.begin(record, sequence, plain)
	p.mac.Write(body[:plain])
	mac := p.mac.EndPadded(body[plain+p.macSize:])
	good &= subtle.ConstantTimeCompare(mac, body[plain:plain+p.macSize])
	if good != 1 {
		return 0, nil, ErrBadMAC
	}
	return Type(record[0]), body[:plain:plain], nil
}

// padding returns the length of the padding at the end of a decrypted body, and good = 1 if it is
// valid.
func (p *cbc) padding(body []byte, macSize int) (length, good int) {
	if p.mac.ssl30 {
		return ssl30PaddingLength(body, macSize, p.decrypt.BlockSize())
	}
	return paddingLength(body, macSize)
}

// ssl30PaddingLength is paddingLength for SSL 3.0, where padding is at most one block long and its
// bytes, except the length, are arbitrary (RFC 6101 §5.2.3.2). The attack "POODLE" uses that they
// are not checked (Möller, Duong and Kotowicz, 2014).
func ssl30PaddingLength(body []byte, macSize, block int) (length, good int) {
	last := int(body[len(body)-1])
	good = subtle.ConstantTimeLessOrEq(last+1, block) & subtle.ConstantTimeLessOrEq(last+1+macSize, len(body))
	return subtle.ConstantTimeSelect(good, last+1, 1), good
}

// paddingLength returns the length of the padding at the end of a decrypted body, the length byte
// included, and good = 1; for invalid padding 1 and 0. Its time depends only on the body's length.
func paddingLength(body []byte, macSize int) (length, good int) {
	last := body[len(body)-1]
	good = subtle.ConstantTimeLessOrEq(int(last)+1+macSize, len(body))
	for i := range min(256, len(body)) {
		inside := subtle.ConstantTimeLessOrEq(i, int(last))
		same := subtle.ConstantTimeByteEq(body[len(body)-1-i], last)
		good &= same | (1 - inside)
	}
	return subtle.ConstantTimeSelect(good, int(last)+1, 1), good
}
