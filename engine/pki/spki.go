package pki

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"tlslab/engine/pki/internal/der"
)

// Identifiers of public keys' algorithms and of curves (RFC 3279 §2.3.1, RFC 5480 §2.1.1, RFC 8410
// §3, RFC 9881 §2).
const (
	oidRSA     = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
	oidEC      = "\x2a\x86\x48\xce\x3d\x02\x01"
	oidP256    = "\x2a\x86\x48\xce\x3d\x03\x01\x07"
	oidP384    = "\x2b\x81\x04\x00\x22"
	oidP521    = "\x2b\x81\x04\x00\x23"
	oidEd25519 = "\x2b\x65\x70"
	oidMLDSA44 = "\x60\x86\x48\x01\x65\x03\x04\x03\x11"
	oidMLDSA65 = "\x60\x86\x48\x01\x65\x03\x04\x03\x12"
	oidMLDSA87 = "\x60\x86\x48\x01\x65\x03\x04\x03\x13"
)

// parse reads the contents of a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).
func (k *PublicKey) parse(info cryptobyte.String) error {
	var bits cryptobyte.String
	oid, parameters, ok := readAlgorithm(&info)
	if !ok || !readBitString(&info, &bits) || !info.Empty() {
		return fmt.Errorf("%w: public key", FaultMalformed)
	}
	switch string(oid) {
	case oidRSA:
		return k.parseRSA(bits)
	case oidEC:
		return k.parseEC(parameters, bits)
	case oidEd25519:
		return k.parseEd25519(parameters, bits)
	}
	for _, p := range mldsaSets {
		if p.oid == string(oid) {
			return k.parseMLDSA(p, parameters, bits)
		}
	}
	return fmt.Errorf("%w: public key algorithm %x", FaultUnsupported, []byte(oid))
}

// parseRSA reads an RSAPublicKey (RFC 8017 §A.1.1). A modulus over 16384 bits is malformed:
// verifying with it would take seconds.
func (k *PublicKey) parseRSA(in cryptobyte.String) error {
	const maxBits = 16384
	var sequence cryptobyte.String
	n, e := new(big.Int), 0
	if !in.ReadASN1(&sequence, asn1.SEQUENCE) || !in.Empty() ||
		!sequence.ReadASN1Integer(n) || !sequence.ReadASN1Integer(&e) || !sequence.Empty() ||
		n.Sign() <= 0 || n.BitLen() > maxBits || e < 3 || e > 1<<31-1 {
		return fmt.Errorf("%w: RSA public key", FaultMalformed)
	}
	*k = rsaPublic(&rsa.PublicKey{N: n, E: e})
	return nil
}

// parseEC reads an uncompressed point on a named curve (RFC 5480 §2).
func (k *PublicKey) parseEC(parameters, point cryptobyte.String) error {
	var oid cryptobyte.String
	if !parameters.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) || !parameters.Empty() {
		return fmt.Errorf("%w: curve", FaultMalformed)
	}
	for _, c := range curves {
		if c.oid != string(oid) {
			continue
		}
		key, err := ecdsa.ParseUncompressedPublicKey(c.curve, point)
		if err != nil {
			return fmt.Errorf("%w: ECDSA public key: %w", FaultMalformed, err)
		}
		k.Algorithm, k.ECDSA = c.algorithm, key
		return nil
	}
	return fmt.Errorf("%w: curve %x", FaultUnsupported, []byte(oid))
}

// parseEd25519 reads a key without parameters (RFC 8410 §3, §4). Whether the key is a point of the
// curve shows only when a signature is checked.
func (k *PublicKey) parseEd25519(parameters, key cryptobyte.String) error {
	if len(key) != ed25519.PublicKeySize || !parameters.Empty() {
		return fmt.Errorf("%w: Ed25519 public key", FaultMalformed)
	}
	k.Algorithm, k.Ed25519 = ed25519Alg, ed25519.PublicKey(key)
	return nil
}

// parseMLDSA reads a key without parameters, of the length of its parameter set (RFC 9881 §4).
func (k *PublicKey) parseMLDSA(p *mldsa, parameters, key cryptobyte.String) error {
	if len(key) != p.params.PublicKeySize() || !parameters.Empty() {
		return fmt.Errorf("%w: %s public key", FaultMalformed, p.algorithm)
	}
	k.Algorithm, k.MLDSA = p.algorithm, key
	return nil
}

// SubjectPublicKeyInfo returns the key's DER (RFC 5280 §4.1.2.7).
func (k *PublicKey) SubjectPublicKeyInfo() ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, k.addAlgorithm)
		b.AddASN1BitString(k.SubjectPublicKey())
	})
	return b.Bytes()
}

// addAlgorithm appends the contents of the key's AlgorithmIdentifier.
func (k *PublicKey) addAlgorithm(b *cryptobyte.Builder) {
	switch {
	case k.RSA != nil:
		der.AddOID(b, oidRSA)
		b.AddBytes([]byte(der.Null))
	case k.Ed25519 != nil:
		der.AddOID(b, oidEd25519)
	}
	for _, c := range curves {
		if c.algorithm == k.Algorithm {
			der.AddOID(b, oidEC)
			der.AddOID(b, c.oid)
		}
	}
	for _, p := range mldsaSets {
		if p.algorithm == k.Algorithm {
			der.AddOID(b, p.oid)
		}
	}
}

// SubjectPublicKey returns the content of the BIT STRING subjectPublicKey, which key identifiers
// and OCSP's issuerKeyHash are digests of; nil for the zero PublicKey.
func (k *PublicKey) SubjectPublicKey() []byte {
	switch {
	case k.RSA != nil:
		var b cryptobyte.Builder
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1BigInt(k.RSA.N)
			b.AddASN1Int64(int64(k.RSA.E))
		})
		return b.BytesOrPanic()
	case k.ECDSA != nil:
		point, err := k.ECDSA.Bytes()
		if err != nil {
			return nil
		}
		return point
	case k.Ed25519 != nil:
		return k.Ed25519
	}
	return k.MLDSA
}
