package record

import (
	"crypto/cipher"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"

	"tlslab/engine/secrets"
)

func newClassic(c *Cipher, keys Keys, rand io.Reader) (protection, error) {
	switch {
	case c.aead != nil:
		return newClassicAEAD(c, keys)
	case c.block != nil:
		return newCBC(c, keys, rand)
	}
	return newStream(c, keys)
}

// cbc is TLS 1.2's protection by a block cipher (RFC 5246 §6.2.3.2): the plaintext
// is followed by its MAC and by padding to whole blocks, and encrypted in CBC mode
// under an explicit IV.
//
// Whoever learns whether padding or MAC was wrong, be it by the time taken, can
// decrypt records ("Lucky Thirteen", AlFardan and Paterson, 2013). So both are
// always checked, the padding over all the bytes it might have, and the MAC over
// the same number of hash blocks; both faults are one error. What remains is the
// position from which the received MAC is read, as in crypto/tls: a difference
// in cache lines, not in work.
//
// That holds for HMAC-SHA-1, whose hash has a sum in constant time. With SHA-256
// and SHA-384 the hash blocks are made up for, too, but how many bytes of the
// last one are padding still shows in the time: these are not constant-time,
// unless the peers agree on encrypt-then-MAC.
// Nor is 3DES, whose S-boxes crypto/des looks up in tables.
type cbc struct {
	encrypt, decrypt cbcMode
	mac              *secrets.HMAC
	macSize          int
	rand             io.Reader
	extra            [13]byte
}

// cbcMode is a CBC encrypter or decrypter of crypto/aes, whose IV can be set.
type cbcMode interface {
	cipher.BlockMode
	SetIV([]byte)
}

func newCBC(c *Cipher, keys Keys, rand io.Reader) (*cbc, error) {
	block, err := c.block(keys.Key)
	if err != nil {
		return nil, err
	}
	if len(keys.MAC) != c.MAC {
		return nil, errors.New("the MAC key has a wrong length")
	}
	iv := make([]byte, block.BlockSize())
	p := &cbc{mac: secrets.NewHMAC(c.mac), macSize: c.MAC, rand: rand}
	var ok1, ok2 bool
	p.encrypt, ok1 = cipher.NewCBCEncrypter(block, iv).(cbcMode)
	p.decrypt, ok2 = cipher.NewCBCDecrypter(block, iv).(cbcMode)
	if !ok1 || !ok2 {
		return nil, errors.New("the cipher's CBC mode does not take IVs")
	}
	p.mac.SetKey(keys.MAC)
	return p, nil
}

func (p *cbc) prefix() int { return p.encrypt.BlockSize() }

func (p *cbc) overhead(plain int) int {
	block := p.encrypt.BlockSize()
	padded := ((plain+p.macSize)/block + 1) * block
	return block + padded - plain
}

func (p *cbc) seal(record []byte, sequence uint64, _ Type, plain int) error {
	iv, body := record[HeaderSize:HeaderSize+p.prefix()], record[HeaderSize+p.prefix():]
	if p.rand == nil {
		return errors.New("no random source for the IV")
	}
	if _, err := io.ReadFull(p.rand, iv); err != nil {
		return fmt.Errorf("draw IV: %w", err)
	}
	setPseudoHeader(&p.extra, record, sequence, plain)
	p.mac.Begin()
	p.mac.Write(p.extra[:])
	p.mac.Write(body[:plain])
	padding := body[plain+copy(body[plain:], p.mac.End()):]
	for i := range padding {
		padding[i] = byte(len(padding) - 1)
	}
	p.encrypt.SetIV(iv)
	p.encrypt.CryptBlocks(body, body)
	return nil
}

func (p *cbc) open(record []byte, sequence uint64) (Type, []byte, error) {
	block := p.decrypt.BlockSize()
	fragment := record[HeaderSize:]
	if len(fragment)%block != 0 || len(fragment) < block+p.macSize+1 {
		return 0, nil, ErrBadMAC
	}
	iv, body := fragment[:block], fragment[block:]
	p.decrypt.SetIV(iv)
	p.decrypt.CryptBlocks(body, body)

	padding, good := paddingLength(body, p.macSize)
	plain := len(body) - padding - p.macSize
	setPseudoHeader(&p.extra, record, sequence, plain)
	p.mac.Begin()
	p.mac.Write(p.extra[:])
	p.mac.Write(body[:plain])
	mac := p.mac.EndPadded(body[plain+p.macSize:])
	good &= subtle.ConstantTimeCompare(mac, body[plain:plain+p.macSize])
	if good != 1 {
		return 0, nil, ErrBadMAC
	}
	return Type(record[0]), body[:plain:plain], nil
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
