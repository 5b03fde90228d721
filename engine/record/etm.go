package record

import "crypto/subtle"

// EncryptThenMAC makes a block cipher's records carry the MAC behind the
// ciphertext, and over it (RFC 7366). Other protections authenticate as they do,
// and stay as they are. It is set before the first record.
func (h *Half) EncryptThenMAC() {
	if p, ok := h.protection.(*cbc); ok {
		h.protection = &encryptThenMAC{p}
		h.frame()
	}
}

// encryptThenMAC is a block cipher's protection with the MAC behind the
// ciphertext (RFC 7366 §3): nothing is decrypted before the MAC was found right,
// so that padding tells nobody anything, and there is no need to hide how long
// checking it takes.
type encryptThenMAC struct{ *cbc }

func (p *encryptThenMAC) framing() Framing {
	return Framing{Fixed: p.explicit + p.macSize, Tail: 1, Block: p.encrypt.BlockSize()}
}

func (p *encryptThenMAC) seal(record []byte, sequence uint64, _ Type, plain int) error {
	end := len(record) - p.macSize
	iv, body := record[HeaderSize:HeaderSize+p.prefix()], record[HeaderSize+p.prefix():end]
	if err := p.drawIV(iv); err != nil {
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
	p.takeIV(record[HeaderSize:start])
	p.decrypt.CryptBlocks(body, body)
	padding, good := paddingLength(body, 0)
	if good != 1 {
		return 0, nil, ErrBadMAC
	}
	plain := len(body) - padding
	return Type(record[0]), body[:plain:plain], nil
}

// sum is the MAC of a record without its MAC, IV included. The length that it
// covers is that of IV and ciphertext.
func (p *encryptThenMAC) sum(record []byte, sequence uint64) []byte {
	fragment := record[HeaderSize:]
	p.mac.begin(record, sequence, len(fragment))
	p.mac.Write(fragment)
	return p.mac.End()
}
