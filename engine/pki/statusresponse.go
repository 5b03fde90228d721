package pki

import (
	"bytes"
	"crypto"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"tlslab/engine/op"
)

// oidBasicResponse names the one type of response in use (RFC 6960 §4.2.1).
const oidBasicResponse = "\x2b\x06\x01\x05\x05\x07\x30\x01\x01"

// Tags of an OCSPResponse's parts (RFC 6960 §4.2.1).
var (
	tagResponseBytes      = asn1.Tag(0).ContextSpecific().Constructed()
	tagResponderCerts     = asn1.Tag(0).ContextSpecific().Constructed()
	tagResponderName      = asn1.Tag(1).ContextSpecific().Constructed()
	tagResponderKey       = asn1.Tag(2).ContextSpecific().Constructed()
	tagNextUpdate         = asn1.Tag(0).ContextSpecific().Constructed()
	tagResponseExtensions = asn1.Tag(1).ContextSpecific().Constructed()
	tagRevocationReason   = asn1.Tag(0).ContextSpecific().Constructed()
	tagGood               = asn1.Tag(0).ContextSpecific()
	tagRevoked            = asn1.Tag(1).ContextSpecific().Constructed()
	tagUnknown            = asn1.Tag(2).ContextSpecific()
)

// VerifyStatus reads what an OCSP response says of a leaf, and verifies that its
// issuer, or a responder to which it has delegated this, says so at this time (RFC
// 6960 §3.2, RFC 5019 §4). Nil means that the certificate is good. Its error wraps one of the
// verdicts.
func VerifyStatus(response []byte, leaf, issuer *Certificate, now time.Time, count op.Counter) error {
	basic, err := parseResponse(response)
	if err != nil {
		return err
	}
	said, err := basic.find(leaf, issuer, count)
	if err != nil {
		return err
	}
	if err := basic.verify(issuer, now, count); err != nil {
		return err
	}
	switch {
	case now.Before(said.thisUpdate):
		return fmt.Errorf("%w: it begins on %v", ErrStatusStale, said.thisUpdate)
	case said.nextUpdate.IsZero(): // RFC 5019 §2.2.4
		return fmt.Errorf("%w: it says not until when", ErrStatusStale)
	case now.After(said.nextUpdate):
		return fmt.Errorf("%w: it ended on %v", ErrStatusStale, said.nextUpdate)
	case said.status == StatusRevoked:
		return fmt.Errorf("%w: on %v", ErrRevoked, said.revokedAt)
	case said.status == StatusUnknown:
		return ErrStatusUnknown
	}
	return nil
}

// A basicResponse is a BasicOCSPResponse. Its slices lie in the response.
type basicResponse struct {
	tbs, signature cryptobyte.String
	scheme         *Scheme
	byName, byKey  cryptobyte.String // who signed: one of the two
	singles        cryptobyte.String
	certificates   cryptobyte.String
}

// A single is a SingleResponse.
type single struct {
	id                                certID
	status                            Status
	revokedAt, thisUpdate, nextUpdate time.Time
}

// responseStatuses are what a responder says instead of answering (RFC 6960 §4.2.1).
var responseStatuses = map[uint8]string{
	1: "malformedRequest", 2: "internalError", 3: "tryLater", 5: "sigRequired", 6: "unauthorized",
}

// parseResponse takes an OCSPResponse apart.
func parseResponse(der []byte) (*basicResponse, error) {
	malformed := fmt.Errorf("%w: outer structure", ErrStatusMalformed)
	in := cryptobyte.String(der)
	var whole, status, explicit, typed, kind, inner cryptobyte.String
	var present bool
	if !in.ReadASN1(&whole, asn1.SEQUENCE) || !in.Empty() || !whole.ReadASN1(&status, asn1.ENUM) || len(status) != 1 ||
		!whole.ReadOptionalASN1(&explicit, &present, tagResponseBytes) || !whole.Empty() {
		return nil, malformed
	}
	if status[0] != 0 {
		return nil, fmt.Errorf("%w: the responder says %d %s", ErrStatusUnavailable, status[0], responseStatuses[status[0]])
	}
	if !present || !explicit.ReadASN1(&typed, asn1.SEQUENCE) || !explicit.Empty() ||
		!typed.ReadASN1(&kind, asn1.OBJECT_IDENTIFIER) || !typed.ReadASN1(&inner, asn1.OCTET_STRING) || !typed.Empty() {
		return nil, malformed
	}
	if string(kind) != oidBasicResponse {
		return nil, fmt.Errorf("%w: response type %x", ErrStatusMalformed, []byte(kind))
	}
	b := new(basicResponse)
	var basic, algorithm, certificates cryptobyte.String
	if !inner.ReadASN1(&basic, asn1.SEQUENCE) || !inner.Empty() ||
		!basic.ReadASN1Element(&b.tbs, asn1.SEQUENCE) || !basic.ReadASN1Element(&algorithm, asn1.SEQUENCE) ||
		!readBitString(&basic, &b.signature) || !basic.ReadOptionalASN1(&certificates, &present, tagResponderCerts) || !basic.Empty() {
		return nil, malformed
	}
	if present && (!certificates.ReadASN1(&b.certificates, asn1.SEQUENCE) || !certificates.Empty()) {
		return nil, malformed
	}
	b.scheme = schemeOf(algorithm)
	return b, b.parseTBS(b.tbs)
}

// parseTBS reads a ResponseData as far as its list of SingleResponses.
func (b *basicResponse) parseTBS(element cryptobyte.String) error {
	var tbs, name, key cryptobyte.String
	var version int64
	var named, keyed bool
	if !element.ReadASN1(&tbs, asn1.SEQUENCE) || !readVersion(&tbs, &version) || version != 0 ||
		!tbs.ReadOptionalASN1(&name, &named, tagResponderName) ||
		!tbs.ReadOptionalASN1(&key, &keyed, tagResponderKey) || named == keyed ||
		keyed && (!key.ReadASN1(&b.byKey, asn1.OCTET_STRING) || !key.Empty()) ||
		!tbs.SkipASN1(asn1.GeneralizedTime) || !tbs.ReadASN1(&b.singles, asn1.SEQUENCE) ||
		!tbs.SkipOptionalASN1(tagResponseExtensions) || !tbs.Empty() {
		return fmt.Errorf("%w: response data", ErrStatusMalformed)
	}
	b.byName = name
	return nil
}

// find returns what is said of a leaf.
func (b *basicResponse) find(leaf, issuer *Certificate, count op.Counter) (*single, error) {
	var want certID
	for rest := b.singles; !rest.Empty(); {
		var s single
		if !s.read(&rest) {
			return nil, fmt.Errorf("%w: single response", ErrStatusMalformed)
		}
		if s.id.hash == 0 {
			continue
		}
		if want.hash != s.id.hash {
			want = newCertID(s.id.hash, leaf, issuer)
			want.count(count)
		}
		if s.id.equal(&want) {
			return &s, nil
		}
	}
	return nil, ErrStatusOther
}

func (s *single) read(in *cryptobyte.String) bool {
	var sequence, status cryptobyte.String
	var tag asn1.Tag
	if !in.ReadASN1(&sequence, asn1.SEQUENCE) || !s.id.read(&sequence) || !sequence.ReadAnyASN1(&status, &tag) {
		return false
	}
	switch tag {
	case tagGood:
		s.status = StatusGood
	case tagUnknown:
		s.status = StatusUnknown
	case tagRevoked:
		s.status = StatusRevoked
		if !readGeneralized(&status, &s.revokedAt) || !status.SkipOptionalASN1(tagRevocationReason) {
			return false
		}
	default:
		return false
	}
	if !status.Empty() || !readGeneralized(&sequence, &s.thisUpdate) {
		return false
	}
	var next cryptobyte.String
	var present bool
	if !sequence.ReadOptionalASN1(&next, &present, tagNextUpdate) ||
		present && (!readGeneralized(&next, &s.nextUpdate) || !next.Empty()) {
		return false
	}
	return sequence.SkipOptionalASN1(tagResponseExtensions) && sequence.Empty()
}

func readGeneralized(in *cryptobyte.String, out *time.Time) (ok bool) {
	if !in.PeekASN1Tag(asn1.GeneralizedTime) {
		return false
	}
	*out, ok = readTime(in)
	return ok
}

// verify checks the signature, by the issuer's key or by that of a responder whose
// certificate comes along (RFC 6960 §4.2.2.2).
func (b *basicResponse) verify(issuer *Certificate, now time.Time, count op.Counter) error {
	if b.scheme == nil {
		return fmt.Errorf("%w: unsupported algorithm", ErrStatusForged)
	}
	signer := issuer
	if !b.signedBy(issuer) {
		var err error
		if signer, err = b.delegate(issuer, now, count); err != nil {
			return err
		}
	}
	if err := b.scheme.Verify(&signer.Key, b.tbs, b.signature, count); err != nil {
		return fmt.Errorf("%w: %w", ErrStatusForged, err)
	}
	return nil
}

// signedBy says whether the response names a certificate's subject as the one who
// signed. Keys are named by SHA-1.
func (b *basicResponse) signedBy(c *Certificate) bool {
	if b.byName != nil {
		return bytes.Equal(b.byName, c.Subject)
	}
	return bytes.Equal(b.byKey, sum(crypto.SHA1, c.Key.encoded()))
}

// delegate finds the responder's certificate: issued by the leaf's own issuer, for
// this purpose. Of several with its name the first that fits is taken.
func (b *basicResponse) delegate(issuer *Certificate, now time.Time, count op.Counter) (*Certificate, error) {
	fault := fmt.Errorf("%w: by nobody known", ErrStatusForged)
	for rest := b.certificates; !rest.Empty(); {
		var der cryptobyte.String
		if !rest.ReadASN1Element(&der, asn1.SEQUENCE) {
			return nil, fmt.Errorf("%w: responder's certificate", ErrStatusMalformed)
		}
		c, err := Parse(der)
		if err != nil || !b.signedBy(c) {
			continue
		}
		if err := c.mayRespond(issuer, now); err != nil {
			fault = fmt.Errorf("%w: responder: %w", ErrStatusForged, err)
			continue
		}
		if err := c.Scheme.Verify(&issuer.Key, c.tbs, c.signature, count); err != nil {
			return nil, fmt.Errorf("%w: responder: %w", ErrStatusForged, err)
		}
		return c, nil
	}
	return nil, fault
}

// mayRespond says whether a certificate, if its signature is an authority's, delegates
// OCSP from it. That must be said: the usage "any" does not.
func (c *Certificate) mayRespond(issuer *Certificate, now time.Time) error {
	switch {
	case !bytes.Equal(c.Issuer, issuer.Subject):
		return FaultUnknownCA
	case c.Scheme == nil:
		return FaultUnsupported
	case c.purposes&(1<<OCSPSigning) == 0:
		return FaultWrongUsage
	}
	_, err := (&Verifier{Now: now, Purpose: OCSPSigning}).check(c)
	return err
}
