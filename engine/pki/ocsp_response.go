package pki

import (
	"bytes"
	"crypto"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"tlslab/engine/op"
	"tlslab/engine/pki/internal/der"
)

// VerifyOCSPResponse checks an OCSPResponse in DER (RFC 6960 §3.2, RFC 5019 §4). It returns nil if
// the leaf is good at the time now and the issuer, or its delegated responder, has signed the
// response. Digests and signature checks are reported to count. The error wraps one of ErrRevoked,
// ErrOCSPUnknown, ErrOCSPStale, ErrOCSPSigner, ErrOCSPOther, ErrOCSPMalformed and
// ErrOCSPUnavailable.
func VerifyOCSPResponse(response []byte, leaf, issuer *Certificate, now time.Time, count op.Counter) error {
	basic, err := parseOCSPResponse(response)
	if err != nil {
		return err
	}
	single, err := basic.find(leaf, issuer, count)
	if err != nil {
		return err
	}
	if err := basic.verify(issuer, now, count); err != nil {
		return err
	}
	switch {
	case now.Before(single.thisUpdate):
		return fmt.Errorf("%w: thisUpdate is %v", ErrOCSPStale, single.thisUpdate)
	case single.nextUpdate.IsZero(): // RFC 5019 §2.2.4
		return fmt.Errorf("%w: nextUpdate is missing", ErrOCSPStale)
	case now.After(single.nextUpdate):
		return fmt.Errorf("%w: nextUpdate is %v", ErrOCSPStale, single.nextUpdate)
	case single.status == OCSPRevoked:
		return fmt.Errorf("%w: on %v", ErrRevoked, single.revokedAt)
	case single.status == OCSPUnknown:
		return ErrOCSPUnknown
	}
	return nil
}

// A basicResponse is a BasicOCSPResponse (RFC 6960 §4.2.1). Its slices point into the response.
type basicResponse struct {
	tbs, signature cryptobyte.String
	scheme         *Scheme
	byName, byKey  cryptobyte.String // the responder's ID: one of them is set
	singles        cryptobyte.String // contents of responses
	certificates   cryptobyte.String // contents of certs
}

// A singleResponse is a SingleResponse (RFC 6960 §4.2.1).
type singleResponse struct {
	id                                certID
	status                            OCSPStatus
	revokedAt, thisUpdate, nextUpdate time.Time
}

// responseStatuses names the OCSPResponseStatus values without response bytes (RFC 6960 §4.2.1).
var responseStatuses = map[uint8]string{
	1: "malformedRequest", 2: "internalError", 3: "tryLater", 5: "sigRequired", 6: "unauthorized",
}

// parseOCSPResponse reads an OCSPResponse (RFC 6960 §4.2.1).
func parseOCSPResponse(response []byte) (*basicResponse, error) {
	malformed := fmt.Errorf("%w: outer structure", ErrOCSPMalformed)
	in := cryptobyte.String(response)
	var whole, status, explicit, typed, kind, inner cryptobyte.String
	var present bool
	if !in.ReadASN1(&whole, asn1.SEQUENCE) || !in.Empty() || !whole.ReadASN1(&status, asn1.ENUM) || len(status) != 1 ||
		!whole.ReadOptionalASN1(&explicit, &present, der.TagResponseBytes) || !whole.Empty() {
		return nil, malformed
	}
	if status[0] != 0 {
		return nil, fmt.Errorf("%w: OCSPResponseStatus %d %s", ErrOCSPUnavailable, status[0], responseStatuses[status[0]])
	}
	if !present || !explicit.ReadASN1(&typed, asn1.SEQUENCE) || !explicit.Empty() ||
		!typed.ReadASN1(&kind, asn1.OBJECT_IDENTIFIER) || !typed.ReadASN1(&inner, asn1.OCTET_STRING) || !typed.Empty() {
		return nil, malformed
	}
	if string(kind) != der.OCSPBasic {
		return nil, fmt.Errorf("%w: response type %x", ErrOCSPMalformed, []byte(kind))
	}
	b := new(basicResponse)
	var basic, algorithm, certificates cryptobyte.String
	if !inner.ReadASN1(&basic, asn1.SEQUENCE) || !inner.Empty() ||
		!basic.ReadASN1Element(&b.tbs, asn1.SEQUENCE) || !basic.ReadASN1Element(&algorithm, asn1.SEQUENCE) ||
		!readBitString(&basic, &b.signature) || !basic.ReadOptionalASN1(&certificates, &present, der.TagResponseCerts) || !basic.Empty() {
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
		!tbs.ReadOptionalASN1(&name, &named, der.TagResponderByName) ||
		!tbs.ReadOptionalASN1(&key, &keyed, der.TagResponderByKey) || named == keyed ||
		keyed && (!key.ReadASN1(&b.byKey, asn1.OCTET_STRING) || !key.Empty()) ||
		!tbs.SkipASN1(asn1.GeneralizedTime) || !tbs.ReadASN1(&b.singles, asn1.SEQUENCE) ||
		!tbs.SkipOptionalASN1(der.TagResponseExtensions) || !tbs.Empty() {
		return fmt.Errorf("%w: response data", ErrOCSPMalformed)
	}
	b.byName = name
	return nil
}

// find returns the SingleResponse for a leaf.
func (b *basicResponse) find(leaf, issuer *Certificate, count op.Counter) (*singleResponse, error) {
	var want certID
	for rest := b.singles; !rest.Empty(); {
		var s singleResponse
		if !s.read(&rest) {
			return nil, fmt.Errorf("%w: single response", ErrOCSPMalformed)
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
	return nil, ErrOCSPOther
}

func (s *singleResponse) read(in *cryptobyte.String) bool {
	var sequence, status cryptobyte.String
	var tag asn1.Tag
	if !in.ReadASN1(&sequence, asn1.SEQUENCE) || !s.id.read(&sequence) || !sequence.ReadAnyASN1(&status, &tag) {
		return false
	}
	switch tag {
	case der.TagGood:
		s.status = OCSPGood
	case der.TagUnknown:
		s.status = OCSPUnknown
	case der.TagRevoked:
		s.status = OCSPRevoked
		if !readGeneralized(&status, &s.revokedAt) || !status.SkipOptionalASN1(der.TagRevocationReason) {
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
	if !sequence.ReadOptionalASN1(&next, &present, der.TagNextUpdate) ||
		present && (!readGeneralized(&next, &s.nextUpdate) || !next.Empty()) {
		return false
	}
	return sequence.SkipOptionalASN1(der.TagResponseExtensions) && sequence.Empty()
}

func readGeneralized(in *cryptobyte.String, out *time.Time) (ok bool) {
	if !in.PeekASN1Tag(asn1.GeneralizedTime) {
		return false
	}
	*out, ok = readTime(in)
	return ok
}

// verify checks the response's signature, by the issuer's key or by the key of a delegated
// responder whose certificate the response carries (RFC 6960 §4.2.2.2).
func (b *basicResponse) verify(issuer *Certificate, now time.Time, count op.Counter) error {
	if b.scheme == nil {
		return fmt.Errorf("%w: unsupported algorithm", ErrOCSPSigner)
	}
	signer := issuer
	if !b.signedBy(issuer) {
		var err error
		if signer, err = b.delegatedResponder(issuer, now, count); err != nil {
			return err
		}
	}
	if err := b.scheme.Verify(&signer.Key, b.tbs, b.signature, count); err != nil {
		return fmt.Errorf("%w: %w", ErrOCSPSigner, err)
	}
	return nil
}

// signedBy reports whether the ResponderID is that of a certificate: its subject, or the SHA-1
// digest of its key.
func (b *basicResponse) signedBy(c *Certificate) bool {
	if b.byName != nil {
		return bytes.Equal(b.byName, c.Subject)
	}
	return bytes.Equal(b.byKey, digest(crypto.SHA1, c.Key.SubjectPublicKey()))
}

// delegatedResponder returns the first certificate of the response that has the ResponderID, was
// issued by the leaf's issuer and is for OCSPSigning.
func (b *basicResponse) delegatedResponder(issuer *Certificate, now time.Time, count op.Counter) (*Certificate, error) {
	fault := fmt.Errorf("%w: no certificate of its responder", ErrOCSPSigner)
	for rest := b.certificates; !rest.Empty(); {
		var certificate cryptobyte.String
		if !rest.ReadASN1Element(&certificate, asn1.SEQUENCE) {
			return nil, fmt.Errorf("%w: responder's certificate", ErrOCSPMalformed)
		}
		c, err := Parse(certificate)
		if err != nil || !b.signedBy(c) {
			continue
		}
		if err := c.mayRespond(issuer, now); err != nil {
			fault = fmt.Errorf("%w: responder: %w", ErrOCSPSigner, err)
			continue
		}
		if err := c.Scheme.Verify(&issuer.Key, c.tbs, c.signature, count); err != nil {
			return nil, fmt.Errorf("%w: responder: %w", ErrOCSPSigner, err)
		}
		return c, nil
	}
	return nil, fault
}

// mayRespond checks that the issuer has delegated OCSP to the certificate's subject (RFC 6960
// §4.2.2.2); the issuer's signature is not checked. anyExtendedKeyUsage does not delegate.
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
