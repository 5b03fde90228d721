package kx

import (
	"fmt"
	"io"

	"github.com/cloudflare/circl/kem"
	"github.com/cloudflare/circl/kem/mlkem/mlkem1024"
	"github.com/cloudflare/circl/kem/mlkem/mlkem768"

	"tlslab/engine/avx"
	"tlslab/engine/op"
)

// A KEM is a key encapsulation mechanism, a part of hybrid groups: ML-KEM
// (FIPS 203), which circl computes in constant time.
type KEM struct {
	Name     string // "mlkem768": its name in operations
	Provider string // where the primitive comes from, for cost tables

	scheme kem.Scheme
}

var (
	mlKEM768  = &KEM{Name: "mlkem768", Provider: "circl", scheme: mlkem768.Scheme()}
	mlKEM1024 = &KEM{Name: "mlkem1024", Provider: "circl", scheme: mlkem1024.Scheme()}
)

// KEMs lists all that groups are built on.
func KEMs() []*KEM { return []*KEM{mlKEM768, mlKEM1024} }

// A Decapsulator is a KEM's key pair.
type Decapsulator struct {
	kem    *KEM
	key    kem.PrivateKey
	public []byte
}

// Generate draws a key pair: FIPS 203's seeds d and z, in this order. It fails
// only if rand does.
func (k *KEM) Generate(rand io.Reader, count op.Counter) (*Decapsulator, error) {
	seed := make([]byte, k.scheme.SeedSize())
	if _, err := io.ReadFull(rand, seed); err != nil {
		return nil, err
	}
	defer avx.ZeroUpper()
	public, private := k.scheme.DeriveKeyPair(seed)
	raw, err := public.MarshalBinary()
	if err != nil {
		return nil, err
	}
	count.Count(op.Op{Kind: op.KeyGen, Alg: k.Name})
	return &Decapsulator{kem: k, key: private, public: raw}, nil
}

// Public returns the encapsulation key, not to be modified.
func (d *Decapsulator) Public() []byte { return d.public }

// Decapsulate returns the secret in a ciphertext. One that was not made for
// this key gives a secret that nobody else knows, and no error (FIPS 203
// §7.3); only one of another length wraps ErrBadShare.
func (d *Decapsulator) Decapsulate(ciphertext []byte, count op.Counter) ([]byte, error) {
	defer avx.ZeroUpper()
	secret, err := d.kem.scheme.Decapsulate(d.key, ciphertext)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrBadShare, d.kem.Name, err)
	}
	count.Count(op.Op{Kind: op.Decapsulate, Alg: d.kem.Name})
	return secret, nil
}

// Encapsulate makes a secret and the ciphertext that carries it to the holder
// of a key. A key that does not pass FIPS 203 §7.2's checks of its length and
// modulus wraps ErrBadShare.
func (k *KEM) Encapsulate(rand io.Reader, public []byte, count op.Counter) (ciphertext, secret []byte, err error) {
	defer avx.ZeroUpper()
	key, err := k.scheme.UnmarshalBinaryPublicKey(public)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %s: %w", ErrBadShare, k.Name, err)
	}
	seed := make([]byte, k.scheme.EncapsulationSeedSize())
	if _, err := io.ReadFull(rand, seed); err != nil {
		return nil, nil, err
	}
	ciphertext, secret, err = k.scheme.EncapsulateDeterministically(key, seed)
	if err != nil {
		return nil, nil, err
	}
	count.Count(op.Op{Kind: op.Encapsulate, Alg: k.Name})
	return ciphertext, secret, nil
}
