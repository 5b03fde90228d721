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

// A PublicKey is a certificate's key. One of its fields beside Algorithm is set.
type PublicKey struct {
	Algorithm string // "rsa2048", "ecdsa-p256": its name in scenarios and operations
	RSA       *rsa.PublicKey
	ECDSA     *ecdsa.PublicKey
	Ed25519   ed25519.PublicKey
	MLDSA     []byte // encoded (FIPS 204 §7.2)

	expanded sign.PublicKey // what MLDSA says, where that was worked out already
}

// Expands says whether checking a signature begins with expanding the key.
func (k *PublicKey) Expands() bool { return k.MLDSA != nil }

// Expand does so at once, for a key that checks many signatures: of ML-DSA, whose
// matrix is a good part of the work. Other keys need none.
func (k *PublicKey) Expand(count op.Counter) {
	for _, p := range mldsaSets {
		if k.expanded == nil && k.MLDSA != nil && k.Algorithm == p.algorithm {
			k.expanded = p.expand(k.MLDSA)
			count.Count(op.Op{Kind: op.Expand, Alg: k.Algorithm})
		}
	}
}

// A Key is a private key that belongs to a certificate.
type Key struct {
	Public PublicKey
	signer crypto.Signer
}

// Names of algorithms that tables refer to.
const (
	ecdsaP256  = "ecdsa-p256"
	ecdsaP384  = "ecdsa-p384"
	ecdsaP521  = "ecdsa-p521"
	ed25519Alg = "ed25519"
)

// curves are those of ECDSA keys.
var curves = [...]struct {
	algorithm string
	oid       string
	curve     elliptic.Curve
}{
	{ecdsaP256, oidP256, elliptic.P256()},
	{ecdsaP384, oidP384, elliptic.P384()},
	{ecdsaP521, oidP521, elliptic.P521()},
}

// NewKey wraps a private key: an *rsa.PrivateKey, an *ecdsa.PrivateKey on P-256,
// P-384 or P-521, an ed25519.PrivateKey, or a private key of circl's ML-DSA.
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

// RSA returns the private key for RSA key exchange, nil if it is of another kind.
func (k *Key) RSA() *rsa.PrivateKey {
	key, _ := k.signer.(*rsa.PrivateKey)
	return key
}

// Signer returns the private key, for handing it to crypto/tls.
func (k *Key) Signer() crypto.Signer { return k.signer }
