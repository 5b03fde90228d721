package kx

import (
	"crypto/ecdh"
	cryptorand "crypto/rand"
	"errors"
	"fmt"
	"io"

	"tlslab/engine/op"
)

// A nistKey is a key pair on P-256, P-384 or P-521 (RFC 8422 §5.10).
type nistKey struct {
	name   string
	key    *ecdh.PrivateKey
	public []byte
}

func generateP256(rand io.Reader, count op.Counter) (private, error) {
	return generateNIST("p256", ecdh.P256(), 256, rand, count)
}

func generateP384(rand io.Reader, count op.Counter) (private, error) {
	return generateNIST("p384", ecdh.P384(), 384, rand, count)
}

func generateP521(rand io.Reader, count op.Counter) (private, error) {
	return generateNIST("p521", ecdh.P521(), 521, rand, count)
}

func generateNIST(name string, curve ecdh.Curve, bits int, rand io.Reader, count op.Counter) (private, error) {
	key, err := newNISTKey(curve, bits, rand)
	if err != nil {
		return nil, err
	}
	count.Count(op.Op{Kind: op.KeyGen, Alg: name})
	return &nistKey{name: name, key: key, public: key.PublicKey().Bytes()}, nil
}

// newNISTKey reads scalars of the given number of bits until one is in [1, n-1]. A scalar is out of
// range with probability 2^-32 on P-256, and less on the other curves. Four such scalars in a row
// mean that the reader is broken.
func newNISTKey(curve ecdh.Curve, bits int, rand io.Reader) (*ecdh.PrivateKey, error) {
	if rand == cryptorand.Reader {
		return curve.GenerateKey(rand)
	}
	const tries = 4
	var store [66]byte
	scalar := store[:(bits+7)/8]
	for range tries {
		if _, err := io.ReadFull(rand, scalar); err != nil {
			return nil, err
		}
		scalar[0] &= 0xff >> (8*len(scalar) - bits)
		if key, err := curve.NewPrivateKey(scalar); err == nil {
			return key, nil
		}
	}
	return nil, errors.New("random source: no scalar below the group order")
}

func (k *nistKey) share() []byte { return k.public }

// agree returns the x-coordinate of the shared point (RFC 9846 §7.4.2, RFC 8422 §5.10). The peer's
// point must be uncompressed and on the curve.
func (k *nistKey) agree(peer []byte, count op.Counter) ([]byte, error) {
	point, err := k.key.Curve().NewPublicKey(peer)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadShare, err)
	}
	secret, err := k.key.ECDH(point)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadShare, err)
	}
	count.Count(op.Op{Kind: op.Agree, Alg: k.name})
	return secret, nil
}
