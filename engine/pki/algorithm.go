package pki

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Contents of object identifiers in DER (RFC 3279, RFC 5480, RFC 5758, RFC 8017, RFC 8410,
// RFC 9881).
const (
	oidRSA         = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
	oidRSASHA256   = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"
	oidRSASHA384   = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c"
	oidRSASHA512   = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d"
	oidEC          = "\x2a\x86\x48\xce\x3d\x02\x01"
	oidECDSASHA256 = "\x2a\x86\x48\xce\x3d\x04\x03\x02"
	oidECDSASHA384 = "\x2a\x86\x48\xce\x3d\x04\x03\x03"
	oidECDSASHA512 = "\x2a\x86\x48\xce\x3d\x04\x03\x04"
	oidP256        = "\x2a\x86\x48\xce\x3d\x03\x01\x07"
	oidP384        = "\x2b\x81\x04\x00\x22"
	oidP521        = "\x2b\x81\x04\x00\x23"
	oidEd25519     = "\x2b\x65\x70"
	oidMLDSA44     = "\x60\x86\x48\x01\x65\x03\x04\x03\x11"
	oidMLDSA65     = "\x60\x86\x48\x01\x65\x03\x04\x03\x12"
	oidMLDSA87     = "\x60\x86\x48\x01\x65\x03\x04\x03\x13"
)

// Certificates name signatures by identifiers of their own. An ECDSA scheme here
// stands for its hash with any curve. SHA-1 is missing on purpose: no verifier of
// today takes it in a certificate.
var signatureAlgorithms = [...]struct {
	oid    string
	scheme *Scheme
}{
	{oidECDSASHA256, SchemeByID(0x0403)},
	{oidECDSASHA384, SchemeByID(0x0503)},
	{oidECDSASHA512, SchemeByID(0x0603)},
	{oidRSASHA256, SchemeByID(0x0401)},
	{oidRSASHA384, SchemeByID(0x0501)},
	{oidRSASHA512, SchemeByID(0x0601)},
	{oidEd25519, SchemeByID(0x0807)},
	{oidMLDSA44, SchemeByID(0x0904)},
	{oidMLDSA65, SchemeByID(0x0905)},
	{oidMLDSA87, SchemeByID(0x0906)},
}

// derNull stands for the parameters of RSA's algorithms (RFC 8017 §A.2.4).
const derNull = "\x05\x00"

// schemeOf returns the scheme of an AlgorithmIdentifier, nil if it is unknown or
// has parameters that are not its own.
func schemeOf(element cryptobyte.String) *Scheme {
	oid, parameters, ok := readAlgorithm(&element)
	if !ok {
		return nil
	}
	for _, a := range &signatureAlgorithms {
		if a.oid == string(oid) && (len(parameters) == 0 || a.scheme.nullParameters() && string(parameters) == derNull) {
			return a.scheme
		}
	}
	return nil
}

// nullParameters says whether the scheme's identifier has NULL for parameters.
func (s *Scheme) nullParameters() bool { return s.primitive == rsaPKCS1 }

// addAlgorithm appends the scheme's AlgorithmIdentifier.
func (s *Scheme) addAlgorithm(b *cryptobyte.Builder) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, a := range &signatureAlgorithms {
			if a.scheme == s {
				addOID(b, a.oid)
			}
		}
		if s.nullParameters() {
			b.AddBytes([]byte(derNull))
		}
	})
}

// readAlgorithm splits an AlgorithmIdentifier into its identifier's content and its
// parameters' element.
func readAlgorithm(in *cryptobyte.String) (oid, parameters cryptobyte.String, ok bool) {
	var sequence cryptobyte.String
	if !in.ReadASN1(&sequence, asn1.SEQUENCE) || !sequence.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) {
		return nil, nil, false
	}
	return oid, sequence, true
}

// parse reads the contents of a SubjectPublicKeyInfo.
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

// parseRSA reads an RSAPublicKey (RFC 8017 §A.1.1). A modulus over 16384 bits would
// be an attack on whoever verifies with it.
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

// parseEd25519 reads a key without parameters (RFC 8410 §3). Whether it is a point
// of the curve shows when a signature is checked.
func (k *PublicKey) parseEd25519(parameters, key cryptobyte.String) error {
	if len(key) != ed25519.PublicKeySize || !parameters.Empty() {
		return fmt.Errorf("%w: Ed25519 public key", FaultMalformed)
	}
	k.Algorithm, k.Ed25519 = ed25519Alg, ed25519.PublicKey(key)
	return nil
}

// parseMLDSA reads a key without parameters, of its parameter set's length (RFC 9881
// §4).
func (k *PublicKey) parseMLDSA(p *mldsa, parameters, key cryptobyte.String) error {
	if len(key) != p.params.PublicKeySize() || !parameters.Empty() {
		return fmt.Errorf("%w: %s public key", FaultMalformed, p.algorithm)
	}
	k.Algorithm, k.MLDSA = p.algorithm, key
	return nil
}

// add appends the key as a SubjectPublicKeyInfo.
func (k *PublicKey) add(b *cryptobyte.Builder) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, k.addAlgorithm)
		b.AddASN1BitString(k.encoded())
	})
}

// addAlgorithm appends the contents of the key's AlgorithmIdentifier.
func (k *PublicKey) addAlgorithm(b *cryptobyte.Builder) {
	switch {
	case k.RSA != nil:
		addOID(b, oidRSA)
		b.AddBytes([]byte(derNull))
	case k.Ed25519 != nil:
		addOID(b, oidEd25519)
	}
	for _, c := range curves {
		if c.algorithm == k.Algorithm {
			addOID(b, oidEC)
			addOID(b, c.oid)
		}
	}
	for _, p := range mldsaSets {
		if p.algorithm == k.Algorithm {
			addOID(b, p.oid)
		}
	}
}

// encoded is the content of the key's bit string, nil if it has none.
func (k *PublicKey) encoded() []byte {
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
