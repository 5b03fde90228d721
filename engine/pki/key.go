package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"fmt"

	"tlslab/engine/op"
)

// A PublicKey is a certificate's key. One of its fields beside Algorithm is set.
type PublicKey struct {
	Algorithm string // "rsa2048", "ecdsa-p256": its name in scenarios and operations
	RSA       *rsa.PublicKey
	ECDSA     *ecdsa.PublicKey
}

// A Key is a private key that belongs to a certificate.
type Key struct {
	Public PublicKey
	signer crypto.Signer
}

// The curves of ECDSA keys, by the algorithm's name.
const (
	ecdsaP256 = "ecdsa-p256"
	ecdsaP384 = "ecdsa-p384"
)

// NewKey wraps a private key: an *rsa.PrivateKey, or an *ecdsa.PrivateKey on P-256
// or P-384.
func NewKey(private crypto.Signer) (*Key, error) {
	switch k := private.(type) {
	case *rsa.PrivateKey:
		return &Key{Public: rsaPublic(&k.PublicKey), signer: k}, nil
	case *ecdsa.PrivateKey:
		switch k.Curve {
		case elliptic.P256():
			return &Key{Public: PublicKey{Algorithm: ecdsaP256, ECDSA: &k.PublicKey}, signer: k}, nil
		case elliptic.P384():
			return &Key{Public: PublicKey{Algorithm: ecdsaP384, ECDSA: &k.PublicKey}, signer: k}, nil
		}
		return nil, fmt.Errorf("private key on curve %s: want P-256 or P-384", k.Curve.Params().Name)
	}
	return nil, fmt.Errorf("private key is a %T: want RSA or ECDSA", private)
}

func rsaPublic(key *rsa.PublicKey) PublicKey {
	return PublicKey{Algorithm: op.RSA(key.N.BitLen()), RSA: key}
}

// RSA returns the private key for RSA key exchange, nil if it is of another kind.
func (k *Key) RSA() *rsa.PrivateKey {
	key, _ := k.signer.(*rsa.PrivateKey)
	return key
}

// Signer returns the private key, for handing it to crypto/tls.
func (k *Key) Signer() crypto.Signer { return k.signer }
