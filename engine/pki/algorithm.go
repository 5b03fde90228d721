package pki

import (
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"tlslab/engine/pki/internal/der"
)

// Identifiers of signature algorithms (RFC 5758 §3.2, RFC 8017 §A.2.4). Ed25519 and ML-DSA have one
// identifier for keys and signatures (see spki.go).
const (
	oidRSASHA256   = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"
	oidRSASHA384   = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c"
	oidRSASHA512   = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d"
	oidECDSASHA256 = "\x2a\x86\x48\xce\x3d\x04\x03\x02"
	oidECDSASHA384 = "\x2a\x86\x48\xce\x3d\x04\x03\x03"
	oidECDSASHA512 = "\x2a\x86\x48\xce\x3d\x04\x03\x04"
)

// signatureAlgorithms maps the algorithms of certificates' signatures to schemes. An ECDSA scheme
// stands for its hash with any curve. SHA-1 is missing on purpose: no current verifier accepts it
// in a certificate.
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

// schemeOf returns the scheme of an AlgorithmIdentifier; nil if the identifier is unknown or its
// parameters are not the scheme's.
func schemeOf(element cryptobyte.String) *Scheme {
	oid, parameters, ok := readAlgorithm(&element)
	if !ok {
		return nil
	}
	for _, a := range &signatureAlgorithms {
		if a.oid == string(oid) && (len(parameters) == 0 || a.scheme.hasNullParameters() && string(parameters) == der.Null) {
			return a.scheme
		}
	}
	return nil
}

// hasNullParameters reports whether the parameters of the scheme's AlgorithmIdentifier are NULL
// (RFC 8017 §A.2.4) and not absent.
func (s *Scheme) hasNullParameters() bool { return s.primitive == rsaPKCS1 }

// AlgorithmIdentifier returns the DER of the AlgorithmIdentifier (RFC 5280 §4.1.1.2) in
// certificates and OCSP responses that are signed with the scheme; nil if certificates cannot be
// signed with it.
func (s *Scheme) AlgorithmIdentifier() []byte {
	for _, a := range &signatureAlgorithms {
		if a.scheme != s {
			continue
		}
		var b cryptobyte.Builder
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			der.AddOID(b, a.oid)
			if s.hasNullParameters() {
				b.AddBytes([]byte(der.Null))
			}
		})
		return b.BytesOrPanic() // a few constant bytes
	}
	return nil
}

// readAlgorithm splits an AlgorithmIdentifier into the content of its OBJECT IDENTIFIER and the
// element of its parameters.
func readAlgorithm(in *cryptobyte.String) (oid, parameters cryptobyte.String, ok bool) {
	var sequence cryptobyte.String
	if !in.ReadASN1(&sequence, asn1.SEQUENCE) || !sequence.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) {
		return nil, nil, false
	}
	return oid, sequence, true
}
