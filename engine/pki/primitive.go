package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	cryptorand "crypto/rand"
	"crypto/rsa"
	"io"
)

// A primitive is a way to sign with one kind of key: the seam behind which the
// implementations of signatures stand. Digest is the message itself where hash is 0.
//
// The providers compute with private keys in constant time, but for how often ML-DSA
// draws before a signature is good, which its design keeps apart from the key.
// Verifying, where all is public, is not in constant time, nor is making keys (see
// GenerateKey).
type primitive struct {
	provider string
	keys     string // how pki's names of the keys begin
	varies   bool   // the work of signing depends on the message
	sign     func(rand io.Reader, key crypto.Signer, hash crypto.Hash, digest []byte) ([]byte, error)
	verify   func(key *PublicKey, hash crypto.Hash, digest, signature []byte) bool
	fits     func(key *PublicKey) bool
}

var (
	// RFC 8017 §8.2. The scheme is deterministic.
	rsaPKCS1 = &primitive{
		provider: "crypto/rsa", keys: "rsa",
		sign: func(_ io.Reader, key crypto.Signer, hash crypto.Hash, digest []byte) ([]byte, error) {
			return key.Sign(nil, digest, hash)
		},
		verify: func(key *PublicKey, hash crypto.Hash, digest, signature []byte) bool {
			return rsa.VerifyPKCS1v15(key.RSA, hash, digest, signature) == nil
		},
		fits: isRSA,
	}
	// RFC 8017 §8.1 with a salt as long as the digest, as RFC 9846 §4.3.3 wants it.
	rsaPSS = &primitive{
		provider: "crypto/rsa", keys: "rsa",
		sign: func(rand io.Reader, key crypto.Signer, hash crypto.Hash, digest []byte) ([]byte, error) {
			return key.Sign(rand, digest, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: hash})
		},
		verify: func(key *PublicKey, hash crypto.Hash, digest, signature []byte) bool {
			return rsa.VerifyPSS(key.RSA, hash, digest, signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) == nil
		},
		fits: isRSA,
	}
	// FIPS 186-5. With the system's randomness the nonce is hedged, as in a real
	// stack; with any other it is RFC 6979's, which needs none.
	ecdsaDER = &primitive{
		provider: "crypto/ecdsa", keys: "ecdsa-",
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
	// RFC 8032 §5.1, "pure": the scheme hashes the message itself.
	pureEd25519 = &primitive{
		provider: "crypto/ed25519", keys: "ed25519",
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
