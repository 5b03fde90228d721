package kx

import (
	"fmt"
	"io"

	"filippo.io/edwards25519"
	"github.com/cloudflare/circl/dh/x25519"

	"tlslab/engine/op"
)

// An x25519Key is a key pair on X25519 (RFC 7748 §6.1).
type x25519Key struct {
	public, secret, shared x25519.Key
}

// generateX25519 multiplies the base point on the Edwards form of the curve (RFC 7748 §4.1). Tables
// of its multiples make that faster than the Montgomery ladder, which agree needs.
func generateX25519(rand io.Reader, count op.Counter) (private, error) {
	k := new(x25519Key)
	if _, err := io.ReadFull(rand, k.secret[:]); err != nil {
		return nil, err
	}
	var scalar edwards25519.Scalar
	if _, err := scalar.SetBytesWithClamping(k.secret[:]); err != nil {
		return nil, err
	}
	var point edwards25519.Point
	copy(k.public[:], point.ScalarBaseMult(&scalar).BytesMontgomery())
	count.Count(op.Op{Kind: op.KeyGen, Alg: "x25519"})
	return k, nil
}

func (k *x25519Key) share() []byte { return k.public[:] }

// agree returns ErrBadShare for the all-zero secret of a point of small order (RFC 9846 §7.4.2, RFC
// 7748 §6.1).
func (k *x25519Key) agree(peer []byte, count op.Counter) ([]byte, error) {
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
	count.Count(op.Op{Kind: op.Agree, Alg: "x25519"})
	return k.shared[:], nil
}
