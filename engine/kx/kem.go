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

// A KEM is a parameter set of ML-KEM (FIPS 203), the key encapsulation mechanism in hybrid groups.
// circl computes it in constant time.
type KEM struct {
	Name     string // "mlkem768": the name in op.Op.Alg
	Provider string // of the primitive, for cost tables

	scheme kem.Scheme
}

var (
	mlKEM768  = &KEM{Name: "mlkem768", Provider: "circl", scheme: mlkem768.Scheme()}
	mlKEM1024 = &KEM{Name: "mlkem1024", Provider: "circl", scheme: mlkem1024.Scheme()}
)

// KEMs lists the KEMs of all groups.
func KEMs() []*KEM { return []*KEM{mlKEM768, mlKEM1024} }

// A Decapsulator is the key pair of a KEM.
type Decapsulator struct {
	kem    *KEM
	key    kem.PrivateKey
	public []byte
}

// Generate reads the seeds d and z of FIPS 203 §7.1 from rand, in this order, and makes their key
// pair. It returns an error only if rand does.
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

// Public returns the encapsulation key, which the caller must not modify.
func (d *Decapsulator) Public() []byte { return d.public }

// Decapsulate returns the secret in a ciphertext. A ciphertext that was not made for this key gives
// a random secret and no error (FIPS 203 §6.3). A wrong length is an error that wraps ErrBadShare
// (FIPS 203 §7.3).
func (d *Decapsulator) Decapsulate(ciphertext []byte, count op.Counter) ([]byte, error) {
	defer avx.ZeroUpper()
	secret, err := d.kem.scheme.Decapsulate(d.key, ciphertext)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrBadShare, d.kem.Name, err)
	}
	count.Count(op.Op{Kind: op.Decapsulate, Alg: d.kem.Name})
	return secret, nil
}

// Encapsulate makes a secret and its ciphertext for an encapsulation key. The error wraps
// ErrBadShare if the key fails the length or modulus check (FIPS 203 §7.2).
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
