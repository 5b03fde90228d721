package pki

import (
	"crypto"
	cryptorand "crypto/rand"
	"io"

	"github.com/cloudflare/circl/sign"
	"github.com/cloudflare/circl/sign/mldsa/mldsa44"
	"github.com/cloudflare/circl/sign/mldsa/mldsa65"
	"github.com/cloudflare/circl/sign/mldsa/mldsa87"

	"tlslab/engine/vector"
)

// An mldsa is one parameter set of ML-DSA (FIPS 204), in certificates as RFC 9881
// has it: the identifier stands for keys and for signatures alike, and neither has
// parameters.
type mldsa struct {
	algorithm string
	oid       string
	params    sign.Scheme
	sign      func(key crypto.Signer, message []byte, hedged bool) ([]byte, error)
}

var (
	mldsa44Set = &mldsa{"mldsa44", oidMLDSA44, mldsa44.Scheme(), func(key crypto.Signer, message []byte, hedged bool) ([]byte, error) {
		signature := make([]byte, mldsa44.SignatureSize)
		return signature, mldsa44.SignTo(key.(*mldsa44.PrivateKey), message, nil, hedged, signature)
	}}
	mldsa65Set = &mldsa{"mldsa65", oidMLDSA65, mldsa65.Scheme(), func(key crypto.Signer, message []byte, hedged bool) ([]byte, error) {
		signature := make([]byte, mldsa65.SignatureSize)
		return signature, mldsa65.SignTo(key.(*mldsa65.PrivateKey), message, nil, hedged, signature)
	}}
	mldsa87Set = &mldsa{"mldsa87", oidMLDSA87, mldsa87.Scheme(), func(key crypto.Signer, message []byte, hedged bool) ([]byte, error) {
		signature := make([]byte, mldsa87.SignatureSize)
		return signature, mldsa87.SignTo(key.(*mldsa87.PrivateKey), message, nil, hedged, signature)
	}}
	mldsaSets = [...]*mldsa{mldsa44Set, mldsa65Set, mldsa87Set}
)

// primitive signs messages in the "pure" way with an empty context, as TLS and X.509
// do. With the system's randomness a signature is hedged, with any other it is FIPS
// 204's deterministic one. Verifying needs the key expanded, a good part of the work:
// a handshake meets its peer's keys anew, and those of the roots are kept expanded.
func (p *mldsa) primitive() *primitive {
	return &primitive{
		provider: "circl/sign/mldsa", keys: p.algorithm,
		varies: true,
		sign: func(rand io.Reader, key crypto.Signer, _ crypto.Hash, message []byte) ([]byte, error) {
			defer vector.Clear()
			return p.sign(key, message, rand == cryptorand.Reader)
		},
		verify: func(key *PublicKey, _ crypto.Hash, message, signature []byte) bool {
			defer vector.Clear()
			return key.expanded != nil && p.params.Verify(key.expanded, message, signature, nil)
		},
		fits: func(key *PublicKey) bool { return key.MLDSA != nil && key.Algorithm == p.algorithm },
	}
}

// expand is what a key's encoding stands for, nil if it stands for nothing.
func (p *mldsa) expand(encoded []byte) sign.PublicKey {
	defer vector.Clear()
	public, err := p.params.UnmarshalBinaryPublicKey(encoded)
	if err != nil {
		return nil
	}
	return public
}

// generate makes the key of a seed of 32 random bytes.
func (p *mldsa) generate(r io.Reader) (crypto.Signer, error) {
	seed := make([]byte, p.params.SeedSize())
	if _, err := io.ReadFull(r, seed); err != nil {
		return nil, err
	}
	defer vector.Clear()
	_, private := p.params.DeriveKey(seed)
	return private.(crypto.Signer), nil
}

// wrapMLDSA returns the Key of one of circl's private keys, nil for any other.
func wrapMLDSA(private crypto.Signer) *Key {
	for _, p := range mldsaSets {
		if key, ok := private.(sign.PrivateKey); ok && key.Scheme() == p.params {
			encoded, err := key.Public().(sign.PublicKey).MarshalBinary()
			if err != nil {
				return nil
			}
			return &Key{Public: PublicKey{Algorithm: p.algorithm, MLDSA: encoded}, signer: private}
		}
	}
	return nil
}
