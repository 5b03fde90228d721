package pki

import (
	"crypto"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// A Responder answers for an authority which of its certificates are revoked.
type Responder struct {
	Issuer      *Certificate // the authority's
	Key         *Key         // the authority's, or that of Certificate
	Certificate []byte       // DER of the one it has delegated this to, sent along; nil: it answers itself
}

// A StatusSpec says what a responder is to say of a certificate. Equal Specs give
// equal bytes.
type StatusSpec struct {
	Status                 Status
	RevokedAt              time.Time   // where it is revoked
	ThisUpdate, NextUpdate time.Time   // when it is true; NextUpdate may be zero
	Hash                   crypto.Hash // by which the certificate is named: SHA-256, or SHA-1, which 0 means
}

// Respond makes an OCSPResponse (RFC 6960 §4.2.1) in the profile of RFC 5019 §2.2: a
// basic response of one certificate, by a responder that is named by its key.
func (r *Responder) Respond(leaf *Certificate, spec StatusSpec) ([]byte, error) {
	scheme := SchemeByID(certified[r.Key.Public.Algorithm])
	if scheme == nil {
		return nil, fmt.Errorf("make status: no signature for %s keys", r.Key.Public.Algorithm)
	}
	if spec.Hash == 0 {
		spec.Hash = crypto.SHA1
	}
	var b cryptobyte.Builder
	r.addData(&b, leaf, &spec)
	tbs, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("make status: %w", err)
	}
	signature, err := scheme.Sign(nil, r.Key, tbs, nil)
	if err != nil {
		return nil, fmt.Errorf("make status: %w", err)
	}
	var whole cryptobyte.Builder
	whole.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { // OCSPResponse
		b.AddASN1Enum(0) // successful
		b.AddASN1(tagResponseBytes, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				addOID(b, oidBasicResponse)
				b.AddASN1(asn1.OCTET_STRING, func(b *cryptobyte.Builder) {
					b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { // BasicOCSPResponse
						b.AddBytes(tbs)
						scheme.addAlgorithm(b)
						b.AddASN1BitString(signature)
						if r.Certificate != nil {
							b.AddASN1(tagResponderCerts, func(b *cryptobyte.Builder) {
								b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddBytes(r.Certificate) })
							})
						}
					})
				})
			})
		})
	})
	return whole.Bytes()
}

// addData appends a ResponseData.
func (r *Responder) addData(b *cryptobyte.Builder, leaf *Certificate, spec *StatusSpec) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(tagResponderKey, func(b *cryptobyte.Builder) { b.AddASN1OctetString(sum(crypto.SHA1, r.Key.Public.encoded())) })
		b.AddASN1GeneralizedTime(spec.ThisUpdate.UTC())
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { // SingleResponse
				id := newCertID(spec.Hash, leaf, r.Issuer)
				id.add(b)
				spec.addStatus(b)
				b.AddASN1GeneralizedTime(spec.ThisUpdate.UTC())
				if !spec.NextUpdate.IsZero() {
					b.AddASN1(tagNextUpdate, func(b *cryptobyte.Builder) { b.AddASN1GeneralizedTime(spec.NextUpdate.UTC()) })
				}
			})
		})
	})
}

// addStatus appends a CertStatus.
func (spec *StatusSpec) addStatus(b *cryptobyte.Builder) {
	switch spec.Status {
	case StatusGood:
		b.AddASN1(tagGood, func(*cryptobyte.Builder) {})
	case StatusRevoked:
		b.AddASN1(tagRevoked, func(b *cryptobyte.Builder) { b.AddASN1GeneralizedTime(spec.RevokedAt.UTC()) })
	case StatusUnknown:
		b.AddASN1(tagUnknown, func(*cryptobyte.Builder) {})
	default:
		b.SetError(fmt.Errorf("unknown %v", spec.Status))
	}
}

// Unavailable is the response of a responder that has no answer: tryLater (RFC 6960
// §2.3).
func Unavailable() []byte { return []byte{0x30, 3, 0x0a, 1, 3} }

// Responder returns who answers for the leaf's issuer: the issuer itself, or, where
// it delegates, a responder with a certificate of its own.
func (c *Chain) Responder(delegated bool) (*Responder, error) {
	if c.issuer == nil {
		return nil, errors.New("chain was not made here: its issuer's key is not known")
	}
	der := c.Root
	if len(c.Certificates) > 1 {
		der = c.Certificates[1]
	}
	issuer, err := Parse(der)
	if err != nil {
		return nil, err
	}
	r := &Responder{Issuer: issuer, Key: c.issuer.key}
	if !delegated {
		return r, nil
	}
	l := &link{
		name: "tlslab responder", notBefore: c.issuer.notBefore, notAfter: c.issuer.notAfter,
		issuer: c.issuer, responder: true,
	}
	if l.key, err = GenerateKey(c.issuer.key.Public.Algorithm, c.seed+" responder"); err != nil {
		return nil, err
	}
	r.Key = l.key
	r.Certificate, err = l.make(nothing)
	return r, err
}
