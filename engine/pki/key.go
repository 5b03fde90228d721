package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"fmt"

	"github.com/cloudflare/circl/sign"

	"tlslab/engine/op"
)

// A PublicKey is the key of a certificate. Exactly one field besides Algorithm is set.
type PublicKey struct {
	Algorithm string // "rsa2048", "ecdsa-p256": the name in scenarios and in op.Op.Alg
	RSA       *rsa.PublicKey
	ECDSA     *ecdsa.PublicKey
	Ed25519   ed25519.PublicKey
	MLDSA     []byte // encoded (FIPS 204 §7.2)

	expanded sign.PublicKey // MLDSA decoded and its matrix expanded; nil before Expand
}

// NeedsExpansion reports whether a key must be expanded before it checks signatures: ML-DSA keys
// (ExpandA, FIPS 204 §7.3) must.
func (k *PublicKey) NeedsExpansion() bool { return k.MLDSA != nil }

// Expand expands the key once, for all signatures that it will check, and reports the operation to
// count. It does nothing for a key that needs no expansion or is expanded already. VerifyDigest
// expands a key that was not expanded before, each time.
func (k *PublicKey) Expand(count op.Counter) {
	for _, p := range mldsaSets {
		if k.expanded == nil && k.MLDSA != nil && k.Algorithm == p.algorithm {
			k.expanded = p.expand(k.MLDSA)
			count.Count(op.Op{Kind: op.Expand, Alg: k.Algorithm})
		}
	}
}

// A Key is the private key of a certificate.
type Key struct {
	Public PublicKey
	signer crypto.Signer
}

// Names of the algorithms that several tables refer to.
const (
	ecdsaP256  = "ecdsa-p256"
	ecdsaP384  = "ecdsa-p384"
	ecdsaP521  = "ecdsa-p521"
	ed25519Alg = "ed25519"
)

// curves are the curves of ECDSA keys.
var curves = [...]struct {
	algorithm string
	oid       string
	curve     elliptic.Curve
}{
	{ecdsaP256, oidP256, elliptic.P256()},
	{ecdsaP384, oidP384, elliptic.P384()},
	{ecdsaP521, oidP521, elliptic.P521()},
}

// NewKey wraps a private key: an *rsa.PrivateKey, an *ecdsa.PrivateKey on P-256, P-384 or P-521, an
// ed25519.PrivateKey, or a private key of circl's mldsa44, mldsa65 or mldsa87. It returns an error
// for every other key.
func NewKey(private crypto.Signer) (*Key, error) {
	switch k := private.(type) {
	case *rsa.PrivateKey:
		return &Key{Public: rsaPublic(&k.PublicKey), signer: k}, nil
	case *ecdsa.PrivateKey:
		for _, c := range curves {
			if c.curve == k.Curve {
				return &Key{Public: PublicKey{Algorithm: c.algorithm, ECDSA: &k.PublicKey}, signer: k}, nil
			}
		}
		return nil, fmt.Errorf("private key on curve %s: want P-256, P-384 or P-521", k.Curve.Params().Name)
	case ed25519.PrivateKey:
		return &Key{Public: PublicKey{Algorithm: ed25519Alg, Ed25519: k.Public().(ed25519.PublicKey)}, signer: k}, nil
	}
	if key := wrapMLDSA(private); key != nil {
		return key, nil
	}
	return nil, fmt.Errorf("private key is a %T: want RSA, ECDSA, Ed25519 or ML-DSA", private)
}

func rsaPublic(key *rsa.PublicKey) PublicKey {
	return PublicKey{Algorithm: op.RSA(key.N.BitLen()), RSA: key}
}

// RSA returns the private key for RSA key exchange; nil if the key is not an RSA key.
func (k *Key) RSA() *rsa.PrivateKey {
	key, _ := k.signer.(*rsa.PrivateKey)
	return key
}

// Signer returns the wrapped private key, for crypto/tls and crypto/x509.
func (k *Key) Signer() crypto.Signer { return k.signer }
