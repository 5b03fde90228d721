package pki

import (
	"bytes"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// A Certificate is what TLS needs of an X.509 certificate (RFC 5280 §4.1). Its
// slices lie in Raw.
type Certificate struct {
	Raw                 []byte
	Subject, Issuer     []byte // DER of the names, compared byte by byte
	NotBefore, NotAfter time.Time
	Key                 PublicKey
	Scheme              *Scheme // its signature's; nil if it is none of ours

	serial    []byte // content of the INTEGER
	tbs       []byte // what is signed
	signature []byte
	extensions
}

// Parse reads a certificate from DER, which it keeps. Its error wraps FaultMalformed
// or FaultUnsupported.
func Parse(der []byte) (*Certificate, error) {
	c := &Certificate{Raw: der}
	input := cryptobyte.String(der)
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

// ParseChain reads the certificates a peer sent.
func ParseChain(der [][]byte) ([]*Certificate, error) {
	chain := make([]*Certificate, len(der))
	for i, d := range der {
		c, err := Parse(d)
		if err != nil {
			return nil, fmt.Errorf("certificate %d: %w", i, err)
		}
		chain[i] = c
	}
	return chain, nil
}

// Tags of TBSCertificate's optional parts (RFC 5280 §4.1).
var (
	tagVersion    = asn1.Tag(0).ContextSpecific().Constructed()
	tagIssuerID   = asn1.Tag(1).ContextSpecific()
	tagSubjectID  = asn1.Tag(2).ContextSpecific()
	tagExtensions = asn1.Tag(3).ContextSpecific().Constructed()
)

func (c *Certificate) parseTBS(element, outerAlgorithm cryptobyte.String) error {
	var tbs, serial, algorithm, issuer, validity, subject, key, extensions cryptobyte.String
	var version int64
	var extended bool
	if !element.ReadASN1(&tbs, asn1.SEQUENCE) ||
		!readVersion(&tbs, &version) ||
		!tbs.ReadASN1(&serial, asn1.INTEGER) ||
		!tbs.ReadASN1Element(&algorithm, asn1.SEQUENCE) ||
		!tbs.ReadASN1Element(&issuer, asn1.SEQUENCE) ||
		!tbs.ReadASN1(&validity, asn1.SEQUENCE) ||
		!tbs.ReadASN1Element(&subject, asn1.SEQUENCE) ||
		!tbs.ReadASN1(&key, asn1.SEQUENCE) ||
		!tbs.SkipOptionalASN1(tagIssuerID) || !tbs.SkipOptionalASN1(tagSubjectID) ||
		!tbs.ReadOptionalASN1(&extensions, &extended, tagExtensions) || !tbs.Empty() {
		return fmt.Errorf("%w: structure", FaultMalformed)
	}
	if !bytes.Equal(algorithm, outerAlgorithm) {
		return fmt.Errorf("%w: two signature algorithms", FaultMalformed)
	}
	if extended && version != 2 {
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
	if extended {
		return c.extensions.parse(extensions)
	}
	return nil
}

// readVersion reads the version, 0 where it is left out.
func readVersion(tbs *cryptobyte.String, version *int64) bool {
	if !tbs.PeekASN1Tag(tagVersion) {
		return true
	}
	var explicit cryptobyte.String
	return tbs.ReadASN1(&explicit, tagVersion) && explicit.ReadASN1Integer(version) && explicit.Empty()
}

// readBitString reads a bit string of whole bytes.
func readBitString(in, out *cryptobyte.String) bool {
	var bits cryptobyte.String
	var unused uint8
	if !in.ReadASN1(&bits, asn1.BIT_STRING) || !bits.ReadUint8(&unused) || unused != 0 {
		return false
	}
	*out = bits
	return true
}

// readValidity reads the two times of a validity (RFC 5280 §4.1.2.5).
func readValidity(in cryptobyte.String) (from, to time.Time, ok bool) {
	var ok1, ok2 bool
	from, ok1 = readTime(&in)
	to, ok2 = readTime(&in)
	return from, to, ok1 && ok2 && in.Empty()
}

// readTime reads a UTCTime YYMMDDHHMMSSZ or a GeneralizedTime with four digits of
// year, the only forms RFC 5280 §4.1.2.5 admits.
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
		if year = pair(&digits, &ok); year < 50 {
			year += 100
		}
		year += 1900
	case tag == asn1.GeneralizedTime && len(digits) == 14:
		year = 100 * pair(&digits, &ok)
		year += pair(&digits, &ok)
	default:
		return time.Time{}, false
	}
	month, day := pair(&digits, &ok), pair(&digits, &ok)
	hour, minute, second := pair(&digits, &ok), pair(&digits, &ok), pair(&digits, &ok)
	t := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	// Date carries excess days over into the next month.
	ok = ok && month >= 1 && month <= 12 && day >= 1 && t.Day() == day && hour < 24 && minute < 60 && second < 60
	return t, ok
}

// pair takes two decimal digits; ok becomes false if they are none.
func pair(in *cryptobyte.String, ok *bool) int {
	a, b := (*in)[0]-'0', (*in)[1]-'0'
	*in = (*in)[2:]
	if a > 9 || b > 9 {
		*ok = false
	}
	return 10*int(a) + int(b)
}
