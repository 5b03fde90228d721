package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"errors"
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

// Algorithms lists the names GenerateKey knows.
func Algorithms() []string {
	return []string{"rsa2048", "rsa3072", "rsa4096", "ecdsa-p256", "ecdsa-p384"}
}

// GenerateKey makes the key of a seed: equal seeds give equal keys.
func GenerateKey(algorithm, seed string) (*Key, error) { return nil, errors.New("generate") }

// NewKey wraps a private key that was made elsewhere: an *rsa.PrivateKey or an
// *ecdsa.PrivateKey on P-256 or P-384.
func NewKey(private crypto.Signer) (*Key, error) { return nil, errors.New("new") }

// RSA returns the private key for RSA key exchange, nil if it is of another kind.
func (k *Key) RSA() *rsa.PrivateKey {
	key, _ := k.signer.(*rsa.PrivateKey)
	return key
}
