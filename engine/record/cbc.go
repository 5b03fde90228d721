package record

import (
	"errors"
	"io"
)

func newClassic(c *Cipher, keys Keys, rand io.Reader) (protection, error) {
	if c.aead != nil {
		return newClassicAEAD(c, keys)
	}
	return nil, errors.New("CBC")
}
