package pki

import (
	"crypto"
	cryptorand "crypto/rand"
	"io"

	"github.com/cloudflare/circl/sign"
	"github.com/cloudflare/circl/sign/mldsa/mldsa44"
	"github.com/cloudflare/circl/sign/mldsa/mldsa65"
	"github.com/cloudflare/circl/sign/mldsa/mldsa87"

	"tlslab/engine/avx"
)

// An mldsa is one parameter set of ML-DSA (FIPS 204). One identifier stands for its keys and for
// its signatures, without parameters (RFC 9881 §2).
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

// primitive is "pure" ML-DSA with an empty context, as in TLS (draft-ietf-tls-mldsa) and in
// certificates (RFC 9881 §3). Signatures are hedged if rand is crypto/rand.Reader, and
// deterministic otherwise (FIPS 204 §3.4).
func (p *mldsa) primitive() *primitive {
	return &primitive{
		provider: "circl/sign/mldsa", keyPrefix: p.algorithm,
		signCostVaries: true,
		sign: func(rand io.Reader, key crypto.Signer, _ crypto.Hash, message []byte) ([]byte, error) {
			defer avx.ZeroUpper()
			return p.sign(key, message, rand == cryptorand.Reader)
		},
		verify: func(key *PublicKey, _ crypto.Hash, message, signature []byte) bool {
			defer avx.ZeroUpper()
			return key.expanded != nil && p.params.Verify(key.expanded, message, signature, nil)
		},
		fits: func(key *PublicKey) bool { return key.MLDSA != nil && key.Algorithm == p.algorithm },
	}
}

// expand decodes a public key and expands its matrix; nil if the encoding is malformed.
func (p *mldsa) expand(encoded []byte) sign.PublicKey {
	defer avx.ZeroUpper()
	public, err := p.params.UnmarshalBinaryPublicKey(encoded)
	if err != nil {
		return nil
	}
	return public
}

// wrapMLDSA wraps one of circl's ML-DSA private keys; nil for any other key.
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
