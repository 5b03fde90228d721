package record

import "crypto/subtle"

// EnableEncryptThenMAC makes the records of a block cipher carry a MAC of the ciphertext after the
// ciphertext (RFC 7366). It has no effect on other ciphers. It must be called before the first
// record.
func (h *HalfConn) EnableEncryptThenMAC() {
	if p, ok := h.protection.(*cbc); ok {
		h.protection = &encryptThenMAC{p}
		h.updateFraming()
	}
}

// An encryptThenMAC is the protection by a block cipher with a MAC of IV and ciphertext after the
// ciphertext (RFC 7366 §3). The MAC is checked first, so an attacker learns nothing from the
// padding, and the padding need not be checked in constant time.
type encryptThenMAC struct{ *cbc }

func (p *encryptThenMAC) framing() Framing {
	return Framing{Fixed: p.explicit + p.macSize, Tail: 1, Block: p.encrypt.BlockSize()}
}

func (p *encryptThenMAC) seal(record []byte, sequence uint64, _ Type, plain int) error {
	end := len(record) - p.macSize
	iv, body := record[HeaderSize:HeaderSize+p.prefix()], record[HeaderSize+p.prefix():end]
	if err := p.sealIV(iv); err != nil {
		return err
	}
	padding := body[plain:]
	for i := range padding {
		padding[i] = byte(len(padding) - 1)
	}
	p.encrypt.CryptBlocks(body, body)
	copy(record[end:], p.sum(record[:end], sequence))
	return nil
}

func (p *encryptThenMAC) open(record []byte, sequence uint64) (Type, []byte, error) {
	block, end := p.decrypt.BlockSize(), len(record)-p.macSize
	start := HeaderSize + p.prefix()
	if end < start+block || (end-start)%block != 0 {
		return 0, nil, ErrBadMAC
	}
	if subtle.ConstantTimeCompare(p.sum(record[:end], sequence), record[end:]) != 1 {
		return 0, nil, ErrBadMAC
	}
	body := record[start:end]
	p.openIV(record[HeaderSize:start])
	p.decrypt.CryptBlocks(body, body)
	padding, good := paddingLength(body, 0)
	if good != 1 {
		return 0, nil, ErrBadMAC
	}
	plain := len(body) - padding
	return Type(record[0]), body[:plain:plain], nil
}

// sum returns the MAC of a record without its MAC. The length in the MAC's input is that of IV and
// ciphertext.
func (p *encryptThenMAC) sum(record []byte, sequence uint64) []byte {
	fragment := record[HeaderSize:]
	p.mac.begin(record, sequence, len(fragment))
	p.mac.Write(fragment)
	return p.mac.End()
}
