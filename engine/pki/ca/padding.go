package ca

import (
	"fmt"
	"io"
	"math/big"
)

// A padding gives a certificate the wanted size in bytes: a private extension fills most of it, and
// the length of the serial number fills the few bytes that the extension's header and DER's length
// fields leave.
type padding struct {
	serial int // bytes of the serial number, 1 to 20 (RFC 5280 §4.1.2.2)
	value  int // bytes of the extension's value; -1: no extension
	salt   int // changes the serial number, not its length
}

// noPadding is an 8-byte serial number and no extension.
var noPadding = padding{serial: 8, value: -1}

// oidPadding is in the arc for examples, 2.999 (ITU-T X.660).
const oidPadding = "\x88\x37\x01"

// bytes returns the extension's value; nil without an extension. The value does not compress, as
// the keys and signatures that it stands for do not.
func (p padding) bytes() []byte {
	if p.value < 0 {
		return nil
	}
	value := make([]byte, p.value)
	io.ReadFull(randomBytes("padding"), value)
	return value
}

// serialNumber returns a positive number of exactly p.serial bytes.
func (p padding) serialNumber() *big.Int {
	buf := make([]byte, p.serial)
	io.ReadFull(randomBytes(fmt.Sprintf("serial number %d", p.salt)), buf)
	buf[0] = buf[0]&0x3f | 0x40
	return new(big.Int).SetBytes(buf)
}

// signToSize signs certificates of a total size in bytes; 0 means no padding. Each gets an equal
// part of the padding; of a remainder the last ones get a byte each.
func signToSize(templates []*certTemplate, size int) ([][]byte, error) {
	signed := make([][]byte, len(templates))
	total := 0
	for i, t := range templates {
		var err error
		if signed[i], err = t.sign(noPadding); err != nil {
			return nil, err
		}
		total += len(signed[i])
	}
	if size == 0 {
		return signed, nil
	}
	if size < total {
		return nil, fmt.Errorf("chain of %d bytes: its certificates take %d without padding", size, total)
	}
	missing := size - total
	for i, t := range templates {
		part := missing / (len(templates) - i)
		missing -= part
		var err error
		if signed[i], err = t.signPadded(len(signed[i]) + part); err != nil {
			return nil, err
		}
	}
	return signed, nil
}

// serialSizes are tried in turn: the usual size, longer ones, shorter ones.
var serialSizes = [...]int{8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 7, 6, 5, 4, 3, 2, 1}

// signPadded signs a certificate of a size in bytes. The length of an ECDSA signature varies by a
// byte or two with the signed content, so a padding that should fit is tried with several salts.
func (t *certTemplate) signPadded(size int) ([]byte, error) {
	const (
		tries  = 10
		header = 8 // bytes of an extension with an empty value
	)
	p := noPadding
	for _, p.serial = range serialSizes {
		p.value = -1
		for range tries {
			certificate, err := t.sign(p)
			if err != nil {
				return nil, err
			}
			missing := size - len(certificate)
			switch {
			case missing == 0:
				return certificate, nil
			case p.value >= 0:
				p.value = max(p.value+missing, 0)
			case missing >= header:
				p.value = missing - header
			}
			p.salt++
		}
	}
	return nil, fmt.Errorf("certificate %q: no padding gives exactly %d bytes", t.subject, size)
}
