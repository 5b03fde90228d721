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
	"tlslab/engine/secrets"
)

// A Scheme is one row of the table of signature schemes (RFC 9846 §4.3.3,
// draft-ietf-tls-mldsa).
type Scheme struct {
	ID   uint16
	Name string // "ecdsa_secp256r1_sha256"

	first, last uint16 // versions of TLS whose handshakes it may sign

	primitive *primitive
	hash      crypto.Hash
	algorithm string // of the keys TLS 1.3 allows; "": any that fits
}

// Versions of TLS, as they are written on the wire.
const (
	ssl30 = 0x0300
	tls10 = 0x0301
	tls11 = 0x0302
	tls12 = 0x0303
	tls13 = 0x0304
)

var schemes = [...]Scheme{
	{0x0403, "ecdsa_secp256r1_sha256", tls12, tls13, ecdsaDER, crypto.SHA256, ecdsaP256},
	{0x0503, "ecdsa_secp384r1_sha384", tls12, tls13, ecdsaDER, crypto.SHA384, ecdsaP384},
	{0x0807, "ed25519", tls12, tls13, pureEd25519, 0, ""},
	{0x0603, "ecdsa_secp521r1_sha512", tls12, tls13, ecdsaDER, crypto.SHA512, ecdsaP521},
	{0x0904, "mldsa44", tls13, tls13, mldsa44Set.primitive(), 0, ""},
	{0x0905, "mldsa65", tls13, tls13, mldsa65Set.primitive(), 0, ""},
	{0x0906, "mldsa87", tls13, tls13, mldsa87Set.primitive(), 0, ""},
	{0x0804, "rsa_pss_rsae_sha256", tls12, tls13, rsaPSS, crypto.SHA256, ""},
	{0x0805, "rsa_pss_rsae_sha384", tls12, tls13, rsaPSS, crypto.SHA384, ""},
	{0x0806, "rsa_pss_rsae_sha512", tls12, tls13, rsaPSS, crypto.SHA512, ""},
	{0x0401, "rsa_pkcs1_sha256", tls12, tls12, rsaPKCS1, crypto.SHA256, ""},
	{0x0501, "rsa_pkcs1_sha384", tls12, tls12, rsaPKCS1, crypto.SHA384, ""},
	{0x0601, "rsa_pkcs1_sha512", tls12, tls12, rsaPKCS1, crypto.SHA512, ""},
	{0x0203, "ecdsa_sha1", tls12, tls12, ecdsaDER, crypto.SHA1, ""},
	{0x0201, "rsa_pkcs1_sha1", tls12, tls12, rsaPKCS1, crypto.SHA1, ""},
}

// implied are the schemes of the versions before TLS 1.2, which the key alone
// decides (RFC 4346 §7.4.3, RFC 8422 §5.4).
var implied = [...]Scheme{
	{0, "rsa_pkcs1_md5_sha1", ssl30, tls11, rsaPKCS1, crypto.MD5SHA1, ""},
	{0x0203, "ecdsa_sha1", tls10, tls11, ecdsaDER, crypto.SHA1, ""},
}

// Implied returns the scheme of a key before TLS 1.2, nil if it has none there.
func Implied(key *PublicKey) *Scheme {
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

// ErrBadSignature says that a signature is not its key's over its message.
var ErrBadSignature = errors.New("bad signature")

// Schemes lists all schemes in order of preference; the last ones, with SHA-1, are
// for protocols and peers that know no other.
func Schemes() []*Scheme {
	all := make([]*Scheme, len(schemes))
	for i := range schemes {
		all[i] = &schemes[i]
	}
	return all
}

// SchemeByName returns the scheme of a name, nil if there is none.
func SchemeByName(name string) *Scheme {
	for i := range schemes {
		if schemes[i].Name == name {
			return &schemes[i]
		}
	}
	return nil
}

// SchemeByID returns the scheme with a codepoint, nil if there is none.
func SchemeByID(id uint16) *Scheme {
	for i := range schemes {
		if schemes[i].ID == id {
			return &schemes[i]
		}
	}
	return nil
}

// Provider names the package the signatures come from, for cost tables.
func (s *Scheme) Provider() string { return s.primitive.provider }

// Varies says whether the work of signing depends on the message, as it does where
// signatures are drawn until one is good.
func (s *Scheme) Varies() bool { return s.primitive.varies }

// Lowest is the lowest version of TLS whose handshakes it may sign.
func (s *Scheme) Lowest() uint16 { return s.first }

// Fits says whether keys of this kind can make such signatures in a version: TLS
// 1.3 ties ECDSA schemes to their curves and has no PKCS #1 v1.5.
func (s *Scheme) Fits(key *PublicKey, version uint16) bool {
	return s.primitive.fits(key) && s.first <= version && version <= s.last &&
		(version < tls13 || s.algorithm == "" || s.algorithm == key.Algorithm)
}

// Serves says likewise whether keys of an algorithm, by pki's name, make such signatures.
func (s *Scheme) Serves(algorithm string, version uint16) bool {
	return strings.HasPrefix(algorithm, s.primitive.keys) && s.first <= version && version <= s.last &&
		(version < tls13 || s.algorithm == "" || s.algorithm == algorithm)
}

// Sign signs a message. Schemes that are deterministic read nothing from rand.
func (s *Scheme) Sign(rand io.Reader, key *Key, message []byte, count op.Counter) ([]byte, error) {
	if !s.primitive.fits(&key.Public) {
		return nil, fmt.Errorf("sign %s with an %s key: they do not fit", s.Name, key.Public.Algorithm)
	}
	return s.SignDigest(rand, key, s.digest(message, count), count)
}

// SignDigest signs a digest by the scheme's hash, which need not be that of a message:
// SSL 3.0 signs others.
func (s *Scheme) SignDigest(rand io.Reader, key *Key, digest []byte, count op.Counter) ([]byte, error) {
	signature, err := s.primitive.sign(rand, key.signer, s.hash, digest)
	if err != nil {
		return nil, fmt.Errorf("sign %s: %w", s.Name, err)
	}
	count.Count(op.Op{Kind: op.Sign, Alg: key.Public.Algorithm})
	return signature, nil
}

// Verify checks a signature over a message; its error wraps ErrBadSignature.
func (s *Scheme) Verify(key *PublicKey, message, signature []byte, count op.Counter) error {
	if !s.primitive.fits(key) {
		return fmt.Errorf("%w: %s is not for %s keys", ErrBadSignature, s.Name, key.Algorithm)
	}
	return s.VerifyDigest(key, s.digest(message, count), signature, count)
}

// VerifyDigest does likewise with a digest; see SignDigest.
func (s *Scheme) VerifyDigest(key *PublicKey, digest, signature []byte, count op.Counter) error {
	if key.Expands() && key.expanded == nil {
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

// digest returns what the primitive signs: a digest, or the message itself where
// the scheme has no hash of its own.
func (s *Scheme) digest(message []byte, count op.Counter) []byte {
	if s.hash == 0 {
		return message
	}
	count.Count(op.Op{Kind: op.Digest, Alg: hashNames[s.hash], Size: len(message)})
	newHash := s.hash.New
	if s.hash == crypto.MD5SHA1 { // which crypto knows how to sign only
		newHash = secrets.MD5SHA1.New
	}
	h := newHash()
	h.Write(message)
	return h.Sum(nil)
}
