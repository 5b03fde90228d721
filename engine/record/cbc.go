package record

import (
	"crypto/cipher"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
)

func newClassic(version uint16, c *Cipher, keys Keys, rand io.Reader) (protection, error) {
	switch {
	case c.aead != nil:
		return newClassicAEAD(c, keys)
	case c.block != nil:
		return newCBC(version, c, keys, rand)
	}
	return newStream(version, c, keys)
}

// cbc is protection by a block cipher (RFC 5246 §6.2.3.2): the plaintext is
// followed by its MAC and by padding to whole blocks, and encrypted in CBC mode,
// from TLS 1.1 on under an explicit IV. Before, the last block of one record is
// the IV of the next (RFC 2246 §6.2.3.2), which the modes remember: whoever sees
// it can choose plaintext by it ("BEAST", Duong and Rizzo, 2011).
//
// Whoever learns whether padding or MAC was wrong, be it by the time taken, can
// decrypt records ("Lucky Thirteen", AlFardan and Paterson, 2013). So both are
// always checked, the padding over all the bytes it might have, and the MAC over
// the same number of hash blocks; both faults are one error. What remains is the
// position from which the received MAC is read, as in crypto/tls: a difference
// in cache lines, not in work.
//
// That holds for SHA-1, in HMAC and in SSL 3.0's MAC: its hash has a sum in constant
// time. With SHA-256 and SHA-384 the hash blocks are made up for, too, but how many bytes of the
// last one are padding still shows in the time: these are not constant-time,
// unless the peers agree on encrypt-then-MAC. The ciphers themselves are another
// matter: see ciphers.
type cbc struct {
	encrypt, decrypt cbcMode
	mac              recordMAC
	macSize          int
	explicit         int // bytes of IV in each record
	rand             io.Reader
}

// cbcMode is a CBC encrypter or decrypter of crypto/aes, whose IV can be set.
type cbcMode interface {
	cipher.BlockMode
	SetIV([]byte)
}

func newCBC(version uint16, c *Cipher, keys Keys, rand io.Reader) (*cbc, error) {
	block, err := c.block(keys.Key)
	if err != nil {
		return nil, err
	}
	if len(keys.MAC) != c.MAC {
		return nil, errors.New("the MAC key has a wrong length")
	}
	iv := keys.IV
	p := &cbc{mac: newRecordMAC(version, c.mac, keys.MAC), macSize: c.MAC, rand: rand}
	if version >= versionTLS11 {
		iv = make([]byte, block.BlockSize())
		p.explicit = block.BlockSize()
	} else if len(iv) != block.BlockSize() {
		return nil, errors.New("the IV has a wrong length")
	}
	var ok1, ok2 bool
	p.encrypt, ok1 = cipher.NewCBCEncrypter(block, iv).(cbcMode)
	p.decrypt, ok2 = cipher.NewCBCDecrypter(block, iv).(cbcMode)
	if !ok1 || !ok2 {
		return nil, errors.New("the cipher's CBC mode does not take IVs")
	}
	return p, nil
}

func (p *cbc) prefix() int { return p.explicit }

// framing has a byte of padding at least.
func (p *cbc) framing() Framing {
	return Framing{Fixed: p.explicit, Tail: p.macSize + 1, Block: p.encrypt.BlockSize()}
}

func (p *cbc) seal(record []byte, sequence uint64, _ Type, plain int) error {
	iv, body := record[HeaderSize:HeaderSize+p.explicit], record[HeaderSize+p.explicit:]
	if err := p.drawIV(iv); err != nil {
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

// drawIV puts an explicit IV in force.
func (p *cbc) drawIV(iv []byte) error {
	if len(iv) == 0 {
		return nil
	}
	if p.rand == nil {
		return errors.New("no random source for the IV")
	}
	if _, err := io.ReadFull(p.rand, iv); err != nil {
		return fmt.Errorf("draw IV: %w", err)
	}
	p.encrypt.SetIV(iv)
	return nil
}

// takeIV puts a received explicit IV in force.
func (p *cbc) takeIV(iv []byte) {
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
	p.takeIV(iv)
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

// padding returns how many bytes of padding end a decrypted body, and 1 if they
// are right.
func (p *cbc) padding(body []byte, macSize int) (length, good int) {
	if p.mac.ssl {
		return sslPaddingLength(body, macSize, p.decrypt.BlockSize())
	}
	return paddingLength(body, macSize)
}

// sslPaddingLength is paddingLength for SSL 3.0, whose padding is not longer than
// a block and holds anything but for its length (RFC 6101 §5.2.3.2). That nobody
// checks the rest is what "POODLE" rests on (Möller, Duong, Kotowicz, 2014).
func sslPaddingLength(body []byte, macSize, block int) (length, good int) {
	last := int(body[len(body)-1])
	good = subtle.ConstantTimeLessOrEq(last+1, block) & subtle.ConstantTimeLessOrEq(last+1+macSize, len(body))
	return subtle.ConstantTimeSelect(good, last+1, 1), good
}

// paddingLength returns how many bytes of padding end a decrypted body, its length
// byte included, and 1 if they are right. If they are wrong it returns 1 byte and
// 0. Its time depends on the body's length only.
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
