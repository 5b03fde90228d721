package pki

import (
	"crypto"
	_ "crypto/sha1"   // registers crypto.SHA1
	_ "crypto/sha256" // registers crypto.SHA256
	_ "crypto/sha512" // registers crypto.SHA384 and SHA512
	"errors"
	"fmt"
	"io"
	"strings"

	"tlslab/engine/op"
	"tlslab/engine/protocol"
	"tlslab/engine/secrets"
)

// A Scheme is a signature scheme (RFC 9846 §4.3.3, draft-ietf-tls-mldsa).
type Scheme struct {
	ID   uint16 // SignatureScheme codepoint
	Name string // "ecdsa_secp256r1_sha256"

	first, last protocol.Version // of the versions whose handshakes it may sign

	primitive *primitive
	hash      crypto.Hash // 0: the primitive signs the message itself
	algorithm string      // the only keys that TLS 1.3 allows; "": all that fit the primitive
}

var schemes = [...]Scheme{
	{0x0403, "ecdsa_secp256r1_sha256", protocol.TLS12, protocol.TLS13, ecdsaDER, crypto.SHA256, ecdsaP256},
	{0x0503, "ecdsa_secp384r1_sha384", protocol.TLS12, protocol.TLS13, ecdsaDER, crypto.SHA384, ecdsaP384},
	{0x0807, "ed25519", protocol.TLS12, protocol.TLS13, pureEd25519, 0, ""},
	{0x0603, "ecdsa_secp521r1_sha512", protocol.TLS12, protocol.TLS13, ecdsaDER, crypto.SHA512, ecdsaP521},
	{0x0904, "mldsa44", protocol.TLS13, protocol.TLS13, mldsa44Set.primitive(), 0, ""},
	{0x0905, "mldsa65", protocol.TLS13, protocol.TLS13, mldsa65Set.primitive(), 0, ""},
	{0x0906, "mldsa87", protocol.TLS13, protocol.TLS13, mldsa87Set.primitive(), 0, ""},
	{0x0804, "rsa_pss_rsae_sha256", protocol.TLS12, protocol.TLS13, rsaPSS, crypto.SHA256, ""},
	{0x0805, "rsa_pss_rsae_sha384", protocol.TLS12, protocol.TLS13, rsaPSS, crypto.SHA384, ""},
	{0x0806, "rsa_pss_rsae_sha512", protocol.TLS12, protocol.TLS13, rsaPSS, crypto.SHA512, ""},
	{0x0401, "rsa_pkcs1_sha256", protocol.TLS12, protocol.TLS12, rsaPKCS1, crypto.SHA256, ""},
	{0x0501, "rsa_pkcs1_sha384", protocol.TLS12, protocol.TLS12, rsaPKCS1, crypto.SHA384, ""},
	{0x0601, "rsa_pkcs1_sha512", protocol.TLS12, protocol.TLS12, rsaPKCS1, crypto.SHA512, ""},
	{0x0203, "ecdsa_sha1", protocol.TLS12, protocol.TLS12, ecdsaDER, crypto.SHA1, ""},
	{0x0201, "rsa_pkcs1_sha1", protocol.TLS12, protocol.TLS12, rsaPKCS1, crypto.SHA1, ""},
}

// implied are the schemes of the versions before TLS 1.2, which the key's algorithm implies (RFC
// 4346 §7.4.3, RFC 8422 §5.4).
var implied = [...]Scheme{
	{0, "rsa_pkcs1_md5_sha1", protocol.SSL30, protocol.TLS11, rsaPKCS1, crypto.MD5SHA1, ""},
	{0x0203, "ecdsa_sha1", protocol.TLS10, protocol.TLS11, ecdsaDER, crypto.SHA1, ""},
}

// ImpliedScheme returns the scheme with which a key signs before TLS 1.2; nil if those versions
// have no scheme for the key.
func ImpliedScheme(key *PublicKey) *Scheme {
	for i := range implied {
		if implied[i].primitive.fits(key) {
			return &implied[i]
		}
	}
	return nil
}

var hashNames = map[crypto.Hash]string{
	crypto.MD5SHA1: secrets.MD5SHA1.Name,
	crypto.SHA1:    "sha1",
	crypto.SHA256:  "sha256",
	crypto.SHA384:  "sha384",
	crypto.SHA512:  "sha512",
}

// ErrBadSignature is wrapped by errors of Verify: the signature is not one of the key over the
// message.
var ErrBadSignature = errors.New("bad signature")

// Schemes lists all schemes in order of preference. The last two sign SHA-1 digests, for peers that
// support no other.
func Schemes() []*Scheme {
	all := make([]*Scheme, len(schemes))
	for i := range schemes {
		all[i] = &schemes[i]
	}
	return all
}

// SchemeByName returns the scheme with a name; nil if the name is unknown.
func SchemeByName(name string) *Scheme {
	for i := range schemes {
		if schemes[i].Name == name {
			return &schemes[i]
		}
	}
	return nil
}

// SchemeByID returns the scheme with a codepoint; nil if the codepoint is unknown.
func SchemeByID(id uint16) *Scheme {
	for i := range schemes {
		if schemes[i].ID == id {
			return &schemes[i]
		}
	}
	return nil
}

// Provider returns the import path of the package that computes the signatures, for cost tables.
func (s *Scheme) Provider() string { return s.primitive.provider }

// SignCostVaries reports whether the time of signing depends on the message: ML-DSA repeats its
// rejection sampling a random number of times (FIPS 204 §6.2).
func (s *Scheme) SignCostVaries() bool { return s.primitive.signCostVaries }

// MinVersion returns the lowest version of TLS whose handshakes may be signed with the scheme.
func (s *Scheme) MinVersion() protocol.Version { return s.first }

// Fits reports whether a key can sign with the scheme in a version of TLS. TLS 1.3 binds each ECDSA
// scheme to one curve and excludes RSASSA-PKCS1-v1_5 (RFC 9846 §4.3.3).
func (s *Scheme) Fits(key *PublicKey, version protocol.Version) bool {
	return s.primitive.fits(key) && s.first <= version && version <= s.last &&
		(version < protocol.TLS13 || s.algorithm == "" || s.algorithm == key.Algorithm)
}

// FitsAlgorithm is Fits for all keys of an algorithm: a PublicKey.Algorithm.
func (s *Scheme) FitsAlgorithm(algorithm string, version protocol.Version) bool {
	return strings.HasPrefix(algorithm, s.primitive.keyPrefix) && s.first <= version && version <= s.last &&
		(version < protocol.TLS13 || s.algorithm == "" || s.algorithm == algorithm)
}

// Sign signs a message. Deterministic schemes do not read rand, which may be nil for them. The
// digest and the signature are reported to count. It returns an error if the key does not fit the
// scheme.
func (s *Scheme) Sign(rand io.Reader, key *Key, message []byte, count op.Counter) ([]byte, error) {
	if !s.primitive.fits(&key.Public) {
		return nil, fmt.Errorf("sign %s with an %s key: the key does not fit", s.Name, key.Public.Algorithm)
	}
	return s.SignDigest(rand, key, s.digest(message, count), count)
}

// SignDigest signs a digest that the caller has computed: SSL 3.0 signs keyed digests (RFC 6101
// §5.6.8). The signature is reported to count.
func (s *Scheme) SignDigest(rand io.Reader, key *Key, digest []byte, count op.Counter) ([]byte, error) {
	signature, err := s.primitive.sign(rand, key.signer, s.hash, digest)
	if err != nil {
		return nil, fmt.Errorf("sign %s: %w", s.Name, err)
	}
	count.Count(op.Op{Kind: op.Sign, Alg: key.Public.Algorithm})
	return signature, nil
}

// Verify checks a signature over a message. Its error wraps ErrBadSignature. The digest, the
// expansion of a key not yet expanded and the check are reported to count.
func (s *Scheme) Verify(key *PublicKey, message, signature []byte, count op.Counter) error {
	if !s.primitive.fits(key) {
		return fmt.Errorf("%w: %s does not fit %s keys", ErrBadSignature, s.Name, key.Algorithm)
	}
	return s.VerifyDigest(key, s.digest(message, count), signature, count)
}

// VerifyDigest is Verify for a digest that the caller has computed; see SignDigest.
func (s *Scheme) VerifyDigest(key *PublicKey, digest, signature []byte, count op.Counter) error {
	if key.NeedsExpansion() && key.expanded == nil {
		once := *key
		once.Expand(count)
		key = &once
	}
	count.Count(op.Op{Kind: op.Verify, Alg: key.Algorithm})
	if !s.primitive.verify(key, s.hash, digest, signature) {
		return fmt.Errorf("%w: %s by an %s key", ErrBadSignature, s.Name, key.Algorithm)
	}
	return nil
}

// digest returns what the primitive signs: the message's digest, or the message itself if hash is
// 0.
func (s *Scheme) digest(message []byte, count op.Counter) []byte {
	if s.hash == 0 {
		return message
	}
	count.Count(op.Op{Kind: op.Digest, Alg: hashNames[s.hash], Size: len(message)})
	newHash := s.hash.New
	if s.hash == crypto.MD5SHA1 { // package crypto has no implementation of it
		newHash = secrets.MD5SHA1.New
	}
	h := newHash()
	h.Write(message)
	return h.Sum(nil)
}
