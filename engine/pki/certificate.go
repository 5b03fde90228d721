package pki

import (
	"bytes"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"tlslab/engine/pki/internal/der"
)

// A Certificate holds the fields of an X.509 certificate that TLS needs (RFC 5280 §4.1). Its slices
// point into Raw.
type Certificate struct {
	Raw                 []byte    // the whole certificate in DER
	Subject, Issuer     []byte    // the names in DER; they are compared byte by byte
	NotBefore, NotAfter time.Time // both included
	Key                 PublicKey
	Scheme              *Scheme // of the issuer's signature; nil if it is unknown

	serial    []byte // content of the INTEGER
	tbs       []byte // element of the TBSCertificate, which is signed
	signature []byte
	extensions
}

// Parse reads a certificate from DER and keeps the slice. Its error wraps FaultMalformed or
// FaultUnsupported.
func Parse(raw []byte) (*Certificate, error) {
	c := &Certificate{Raw: raw}
	input := cryptobyte.String(raw)
	var body, tbs, algorithm, signature cryptobyte.String
	if !input.ReadASN1(&body, asn1.SEQUENCE) || !input.Empty() ||
		!body.ReadASN1Element(&tbs, asn1.SEQUENCE) ||
		!body.ReadASN1Element(&algorithm, asn1.SEQUENCE) ||
		!readBitString(&body, &signature) || !body.Empty() {
		return nil, fmt.Errorf("%w: outer structure", FaultMalformed)
	}
	c.tbs, c.signature, c.Scheme = tbs, signature, schemeOf(algorithm)
	if err := c.parseTBS(tbs, algorithm); err != nil {
		return nil, err
	}
	return c, nil
}

// ParseChain reads the certificates of a Certificate message. Its error wraps that of Parse.
func ParseChain(raw [][]byte) ([]*Certificate, error) {
	chain := make([]*Certificate, len(raw))
	for i, r := range raw {
		c, err := Parse(r)
		if err != nil {
			return nil, fmt.Errorf("certificate %d: %w", i, err)
		}
		chain[i] = c
	}
	return chain, nil
}

// parseTBS reads a TBSCertificate (RFC 5280 §4.1.2).
func (c *Certificate) parseTBS(element, outerAlgorithm cryptobyte.String) error {
	var tbs, serial, algorithm, issuer, validity, subject, key, extensions cryptobyte.String
	var version int64
	var hasExtensions bool
	if !element.ReadASN1(&tbs, asn1.SEQUENCE) ||
		!readVersion(&tbs, &version) ||
		!tbs.ReadASN1(&serial, asn1.INTEGER) ||
		!tbs.ReadASN1Element(&algorithm, asn1.SEQUENCE) ||
		!tbs.ReadASN1Element(&issuer, asn1.SEQUENCE) ||
		!tbs.ReadASN1(&validity, asn1.SEQUENCE) ||
		!tbs.ReadASN1Element(&subject, asn1.SEQUENCE) ||
		!tbs.ReadASN1(&key, asn1.SEQUENCE) ||
		!tbs.SkipOptionalASN1(der.TagIssuerUniqueID) || !tbs.SkipOptionalASN1(der.TagSubjectUniqueID) ||
		!tbs.ReadOptionalASN1(&extensions, &hasExtensions, der.TagExtensions) || !tbs.Empty() {
		return fmt.Errorf("%w: structure", FaultMalformed)
	}
	if !bytes.Equal(algorithm, outerAlgorithm) {
		return fmt.Errorf("%w: two signature algorithms", FaultMalformed)
	}
	if hasExtensions && version != 2 {
		return fmt.Errorf("%w: extensions in version %d", FaultMalformed, version+1)
	}
	c.serial, c.Issuer, c.Subject = serial, issuer, subject
	var ok bool
	if c.NotBefore, c.NotAfter, ok = readValidity(validity); !ok {
		return fmt.Errorf("%w: validity", FaultMalformed)
	}
	if err := c.Key.parse(key); err != nil {
		return err
	}
	if hasExtensions {
		return c.extensions.parse(extensions)
	}
	return nil
}

// readVersion reads a version; an absent one leaves *version at its default.
func readVersion(tbs *cryptobyte.String, version *int64) bool {
	if !tbs.PeekASN1Tag(der.TagVersion) {
		return true
	}
	var explicit cryptobyte.String
	return tbs.ReadASN1(&explicit, der.TagVersion) && explicit.ReadASN1Integer(version) && explicit.Empty()
}

// readBitString reads a BIT STRING of whole octets.
func readBitString(in, out *cryptobyte.String) bool {
	var bits cryptobyte.String
	var unused uint8
	if !in.ReadASN1(&bits, asn1.BIT_STRING) || !bits.ReadUint8(&unused) || unused != 0 {
		return false
	}
	*out = bits
	return true
}

// readValidity reads notBefore and notAfter (RFC 5280 §4.1.2.5).
func readValidity(in cryptobyte.String) (notBefore, notAfter time.Time, ok bool) {
	var ok1, ok2 bool
	notBefore, ok1 = readTime(&in)
	notAfter, ok2 = readTime(&in)
	return notBefore, notAfter, ok1 && ok2 && in.Empty()
}

// readTime reads a UTCTime YYMMDDHHMMSSZ or a GeneralizedTime YYYYMMDDHHMMSSZ, the only forms that
// RFC 5280 §4.1.2.5 allows.
func readTime(in *cryptobyte.String) (time.Time, bool) {
	var text cryptobyte.String
	var tag asn1.Tag
	if !in.ReadAnyASN1(&text, &tag) || len(text) == 0 || text[len(text)-1] != 'Z' {
		return time.Time{}, false
	}
	digits := text[:len(text)-1]
	var year int
	ok := true
	switch {
	case tag == asn1.UTCTime && len(digits) == 12:
		if year = twoDigits(&digits, &ok); year < 50 {
			year += 100
		}
		year += 1900
	case tag == asn1.GeneralizedTime && len(digits) == 14:
		year = 100 * twoDigits(&digits, &ok)
		year += twoDigits(&digits, &ok)
	default:
		return time.Time{}, false
	}
	month, day := twoDigits(&digits, &ok), twoDigits(&digits, &ok)
	hour, minute, second := twoDigits(&digits, &ok), twoDigits(&digits, &ok), twoDigits(&digits, &ok)
	t := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	// time.Date turns 30 February into 2 March.
	ok = ok && month >= 1 && month <= 12 && day >= 1 && t.Day() == day && hour < 24 && minute < 60 && second < 60
	return t, ok
}

// twoDigits takes two decimal digits off in; other characters set *ok to false.
func twoDigits(in *cryptobyte.String, ok *bool) int {
	a, b := (*in)[0]-'0', (*in)[1]-'0'
	*in = (*in)[2:]
	if a > 9 || b > 9 {
		*ok = false
	}
	return 10*int(a) + int(b)
}
