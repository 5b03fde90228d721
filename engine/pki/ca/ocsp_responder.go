package ca

import (
	"crypto"
	_ "crypto/sha1" // registers crypto.SHA1
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"tlslab/engine/pki"
	"tlslab/engine/pki/internal/der"
)

// An OCSPResponder signs OCSP responses for the certificates of one issuer.
type OCSPResponder struct {
	Issuer      *pki.Certificate
	Key         *pki.Key // the issuer's, or that of Certificate
	Certificate []byte   // DER, of a delegated responder; nil: the issuer signs itself
}

// An OCSPResponseSpec describes an OCSP response. Equal OCSPResponseSpecs give equal bytes.
type OCSPResponseSpec struct {
	Status                 pki.OCSPStatus
	RevokedAt              time.Time   // for OCSPRevoked
	ThisUpdate, NextUpdate time.Time   // validity period, to the second; NextUpdate may be zero
	Hash                   crypto.Hash // of the CertID: SHA1 or SHA256; 0: SHA1
}

// Respond returns an OCSPResponse (RFC 6960 §4.2.1) in the profile of RFC 5019 §2.2: a basic
// response with the status of one certificate, and a ResponderID by key. It returns an error for an
// unknown Status or Hash, and for a key that certificates are not signed with.
func (r *OCSPResponder) Respond(leaf *pki.Certificate, spec OCSPResponseSpec) ([]byte, error) {
	response, err := r.build(leaf, spec)
	if err != nil {
		return nil, fmt.Errorf("make OCSP response: %w", err)
	}
	return response, nil
}

func (r *OCSPResponder) build(leaf *pki.Certificate, spec OCSPResponseSpec) ([]byte, error) {
	scheme, err := schemeOf(r.Key)
	if err != nil {
		return nil, err
	}
	if spec.Hash == 0 {
		spec.Hash = crypto.SHA1
	}
	certID, err := pki.OCSPCertID(spec.Hash, leaf, r.Issuer)
	if err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	r.addResponseData(&b, certID, &spec)
	tbs, err := b.Bytes()
	if err != nil {
		return nil, err
	}
	signature, err := scheme.Sign(nil, r.Key, tbs, nil)
	if err != nil {
		return nil, err
	}
	var whole cryptobyte.Builder
	whole.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { // OCSPResponse
		b.AddASN1Enum(0) // successful
		b.AddASN1(der.TagResponseBytes, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				der.AddOID(b, der.OCSPBasic)
				b.AddASN1(asn1.OCTET_STRING, func(b *cryptobyte.Builder) {
					b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { // BasicOCSPResponse
						b.AddBytes(tbs)
						b.AddBytes(scheme.AlgorithmIdentifier())
						b.AddASN1BitString(signature)
						if r.Certificate != nil {
							b.AddASN1(der.TagResponseCerts, func(b *cryptobyte.Builder) {
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

// addResponseData appends a ResponseData with one SingleResponse.
func (r *OCSPResponder) addResponseData(b *cryptobyte.Builder, certID []byte, spec *OCSPResponseSpec) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(der.TagResponderByKey, func(b *cryptobyte.Builder) {
			h := crypto.SHA1.New()
			h.Write(r.Key.Public.SubjectPublicKey())
			b.AddASN1OctetString(h.Sum(nil))
		})
		b.AddASN1GeneralizedTime(spec.ThisUpdate.UTC()) // producedAt
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { // SingleResponse
				b.AddBytes(certID)
				spec.addStatus(b)
				b.AddASN1GeneralizedTime(spec.ThisUpdate.UTC())
				if !spec.NextUpdate.IsZero() {
					b.AddASN1(der.TagNextUpdate, func(b *cryptobyte.Builder) { b.AddASN1GeneralizedTime(spec.NextUpdate.UTC()) })
				}
			})
		})
	})
}

// addStatus appends a CertStatus.
func (spec *OCSPResponseSpec) addStatus(b *cryptobyte.Builder) {
	switch spec.Status {
	case pki.OCSPGood:
		b.AddASN1(der.TagGood, func(*cryptobyte.Builder) {})
	case pki.OCSPRevoked:
		b.AddASN1(der.TagRevoked, func(b *cryptobyte.Builder) { b.AddASN1GeneralizedTime(spec.RevokedAt.UTC()) })
	case pki.OCSPUnknown:
		b.AddASN1(der.TagUnknown, func(*cryptobyte.Builder) {})
	default:
		b.SetError(fmt.Errorf("unknown %v", spec.Status))
	}
}

// OCSPTryLater returns an OCSPResponse without a certificate's status: tryLater (RFC 6960 §2.3).
func OCSPTryLater() []byte { return []byte{0x30, 3, 0x0a, 1, 3} }

// OCSPResponder returns the responder for the leaf's issuer: the issuer itself, or a delegated
// responder with a certificate of its own (RFC 6960 §4.2.2.2). It returns an error for a Chain that
// Issue did not make.
func (c *Chain) OCSPResponder(delegated bool) (*OCSPResponder, error) {
	if c.issuer == nil {
		return nil, errors.New("chain was not made by Issue: its issuer's key is unknown")
	}
	raw := c.Root
	if len(c.Certificates) > 1 {
		raw = c.Certificates[1]
	}
	issuer, err := pki.Parse(raw)
	if err != nil {
		return nil, err
	}
	r := &OCSPResponder{Issuer: issuer, Key: c.issuer.key}
	if !delegated {
		return r, nil
	}
	t := &certTemplate{
		subject: "tlslab responder", notBefore: c.issuer.notBefore, notAfter: c.issuer.notAfter,
		issuer: c.issuer, isOCSPResponder: true,
	}
	if t.key, err = GenerateKey(c.issuer.key.Public.Algorithm, c.seed+" responder"); err != nil {
		return nil, err
	}
	r.Key = t.key
	r.Certificate, err = t.sign(noPadding)
	return r, err
}
