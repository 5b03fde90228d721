package kx

import (
	"fmt"
	"io"

	"github.com/cloudflare/circl/dh/x25519"
)

type x25519Key struct {
	public, secret, shared x25519.Key
}

func generateX25519(rand io.Reader) (private, error) {
	k := new(x25519Key)
	if _, err := io.ReadFull(rand, k.secret[:]); err != nil {
		return nil, err
	}
	x25519.KeyGen(&k.public, &k.secret)
	return k, nil
}

func (k *x25519Key) share() []byte { return k.public[:] }

// agree refuses the all-zero secret that a point of small order gives, as
// RFC 9846 §7.4.2 requires (RFC 7748 §6.1).
func (k *x25519Key) agree(peer []byte) ([]byte, error) {
	var point x25519.Key
	copy(point[:], peer)
	valid := x25519.Shared(&k.shared, &k.secret, &point)
	var bits byte
	for _, b := range k.shared {
		bits |= b
	}
	if !valid || bits == 0 {
		return nil, fmt.Errorf("%w: x25519 point of small order", ErrBadShare)
	}
	return k.shared[:], nil
}
