package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	cryptorand "crypto/rand"
	"crypto/rsa"
	"io"
)

// A primitive implements one signature algorithm with one provider. Digest is the message itself if
// hash is 0.
//
// Signing takes constant time for a given key, except that ML-DSA repeats its rejection sampling a
// number of times that does not depend on the key (FIPS 204 §6.2). Verifying handles public values
// only and does not take constant time.
type primitive struct {
	provider       string // import path: "crypto/rsa"
	keyPrefix      string // of PublicKey.Algorithm
	signCostVaries bool   // the time of signing depends on the message
	sign           func(rand io.Reader, key crypto.Signer, hash crypto.Hash, digest []byte) ([]byte, error)
	verify         func(key *PublicKey, hash crypto.Hash, digest, signature []byte) bool
	fits           func(key *PublicKey) bool
}

var (
	// RSASSA-PKCS1-v1_5 (RFC 8017 §8.2), which is deterministic.
	rsaPKCS1 = &primitive{
		provider: "crypto/rsa", keyPrefix: "rsa",
		sign: func(_ io.Reader, key crypto.Signer, hash crypto.Hash, digest []byte) ([]byte, error) {
			return key.Sign(nil, digest, hash)
		},
		verify: func(key *PublicKey, hash crypto.Hash, digest, signature []byte) bool {
			return rsa.VerifyPKCS1v15(key.RSA, hash, digest, signature) == nil
		},
		fits: isRSA,
	}
	// RSASSA-PSS (RFC 8017 §8.1) with a salt as long as the digest (RFC 9846 §4.3.3).
	rsaPSS = &primitive{
		provider: "crypto/rsa", keyPrefix: "rsa",
		sign: func(rand io.Reader, key crypto.Signer, hash crypto.Hash, digest []byte) ([]byte, error) {
			return key.Sign(rand, digest, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: hash})
		},
		verify: func(key *PublicKey, hash crypto.Hash, digest, signature []byte) bool {
			return rsa.VerifyPSS(key.RSA, hash, digest, signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) == nil
		},
		fits: isRSA,
	}
	// ECDSA (FIPS 186-5). The nonce is hedged if rand is crypto/rand.Reader, as in a real stack,
	// and that of RFC 6979 otherwise.
	ecdsaDER = &primitive{
		provider: "crypto/ecdsa", keyPrefix: "ecdsa-",
		sign: func(rand io.Reader, key crypto.Signer, hash crypto.Hash, digest []byte) ([]byte, error) {
			if rand != cryptorand.Reader {
				rand = nil
			}
			return key.Sign(rand, digest, hash)
		},
		verify: func(key *PublicKey, _ crypto.Hash, digest, signature []byte) bool {
			return ecdsa.VerifyASN1(key.ECDSA, digest, signature)
		},
		fits: func(key *PublicKey) bool { return key.ECDSA != nil },
	}
	// Ed25519 (RFC 8032 §5.1), which hashes the message itself.
	pureEd25519 = &primitive{
		provider: "crypto/ed25519", keyPrefix: "ed25519",
		sign: func(_ io.Reader, key crypto.Signer, _ crypto.Hash, message []byte) ([]byte, error) {
			return key.Sign(nil, message, crypto.Hash(0))
		},
		verify: func(key *PublicKey, _ crypto.Hash, message, signature []byte) bool {
			return ed25519.Verify(key.Ed25519, message, signature)
		},
		fits: func(key *PublicKey) bool { return key.Ed25519 != nil },
	}
)

func isRSA(key *PublicKey) bool { return key.RSA != nil }
