package kx

import (
	"crypto/ecdh"
	cryptorand "crypto/rand"
	"errors"
	"fmt"
	"io"
)

type nistKey struct {
	key    *ecdh.PrivateKey
	public []byte
}

func generateP256(rand io.Reader) (private, error) { return generateNIST(ecdh.P256(), 256, rand) }
func generateP384(rand io.Reader) (private, error) { return generateNIST(ecdh.P384(), 384, rand) }
func generateP521(rand io.Reader) (private, error) { return generateNIST(ecdh.P521(), 521, rand) }

// generateNIST draws scalars of the given number of bits until one lies in
// [1, n-1]. A scalar is refused with probability 2^-32 on P-256 and less on
// the others, so a second refusal in a row already means a broken reader.
func generateNIST(curve ecdh.Curve, bits int, rand io.Reader) (private, error) {
	if rand == cryptorand.Reader {
		key, err := curve.GenerateKey(rand)
		if err != nil {
			return nil, err
		}
		return newNISTKey(key), nil
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
			return newNISTKey(key), nil
		}
	}
	return nil, errors.New("the random source yields no scalar below the group order")
}

func newNISTKey(key *ecdh.PrivateKey) *nistKey {
	return &nistKey{key: key, public: key.PublicKey().Bytes()}
}

func (k *nistKey) share() []byte { return k.public }

// agree returns the x-coordinate of the shared point (RFC 9846 §7.4.2,
// RFC 8422 §5.10). Points must be uncompressed and on the curve.
func (k *nistKey) agree(peer []byte) ([]byte, error) {
	point, err := k.key.Curve().NewPublicKey(peer)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadShare, err)
	}
	secret, err := k.key.ECDH(point)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadShare, err)
	}
	return secret, nil
}
