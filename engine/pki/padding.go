package pki

import (
	"fmt"
	"io"
	"math/big"
)

// padding is what makes a certificate as long as wanted: a private extension for
// the most part, and the serial number's length for the few bytes that the
// extension's frame and DER's lengths of lengths leave out.
type padding struct {
	serial int // bytes of the serial number, 1 to 20 (RFC 5280 §4.1.2.2)
	value  int // bytes of the extension's value; -1: no extension
	salt   int // makes another certificate of the same form
}

// nothing leaves a certificate as it comes.
var nothing = padding{serial: 8, value: -1}

// oidPadding lies in the arc that is set aside for examples, 2.999 (ITU-T X.660).
const oidPadding = "\x88\x37\x01"

// bytes returns the value of the padding's extension, nil where there is none. It
// does not compress, as the keys and signatures do not whose place it takes.
func (p padding) bytes() []byte {
	if p.value < 0 {
		return nil
	}
	value := make([]byte, p.value)
	io.ReadFull(stream("padding"), value)
	return value
}

// serialNumber returns a positive number of exactly so many bytes.
func (p padding) serialNumber() *big.Int {
	buf := make([]byte, p.serial)
	io.ReadFull(stream(fmt.Sprintf("serial number %d", p.salt)), buf)
	buf[0] = buf[0]&0x3f | 0x40
	return new(big.Int).SetBytes(buf)
}

// fit makes certificates of a total size in bytes, 0 meaning as they come. Each
// takes an equal part of the padding, the last ones a byte more where it does not
// come out even.
func fit(links []*link, size int) ([][]byte, error) {
	made := make([][]byte, len(links))
	total := 0
	for i, l := range links {
		var err error
		if made[i], err = l.make(nothing); err != nil {
			return nil, err
		}
		total += len(made[i])
	}
	if size == 0 {
		return made, nil
	}
	if size < total {
		return nil, fmt.Errorf("chain of %d bytes: its certificates take %d without padding", size, total)
	}
	missing := size - total
	for i, l := range links {
		part := missing / (len(links) - i)
		missing -= part
		var err error
		if made[i], err = l.reach(len(made[i]) + part); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// serialSizes are tried in turn: the usual one, longer ones, shorter ones.
var serialSizes = [...]int{8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 7, 6, 5, 4, 3, 2, 1}

// reach makes the certificate with a size in bytes. An ECDSA signature is a byte or
// two longer or shorter with all that is signed, so that a form that fits may have
// to be tried with some salts.
func (l *link) reach(size int) ([]byte, error) {
	const (
		tries = 10
		frame = 8 // bytes of an extension with an empty value
	)
	p := nothing
	for _, p.serial = range serialSizes {
		p.value = -1
		for range tries {
			der, err := l.make(p)
			if err != nil {
				return nil, err
			}
			lacking := size - len(der)
			switch {
			case lacking == 0:
				return der, nil
			case p.value >= 0:
				p.value = max(p.value+lacking, 0)
			case lacking >= frame:
				p.value = lacking - frame
			}
			p.salt++
		}
	}
	return nil, fmt.Errorf("certificate %q of %d bytes: no padding comes to that", l.name, size)
}
