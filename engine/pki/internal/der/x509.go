package der

import (
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Identifiers of certificate extensions (RFC 5280 §4.2).
const (
	SubjectKeyID     = "\x55\x1d\x0e"
	KeyUsage         = "\x55\x1d\x0f"
	SubjectAltName   = "\x55\x1d\x11"
	BasicConstraints = "\x55\x1d\x13"
	ExtKeyUsage      = "\x55\x1d\x25"
	AuthorityInfo    = "\x2b\x06\x01\x05\x05\x07\x01\x01"
	TLSFeature       = "\x2b\x06\x01\x05\x05\x07\x01\x18"     // RFC 7633 §4
	OCSPNoCheck      = "\x2b\x06\x01\x05\x05\x07\x30\x01\x05" // RFC 6960 §4.2.2.2.1
)

// Identifiers of extended key usages (RFC 5280 §4.2.1.12, RFC 6960 §4.2.2.2).
const (
	AnyExtKeyUsage = "\x55\x1d\x25\x00"
	ServerAuth     = "\x2b\x06\x01\x05\x05\x07\x03\x01"
	ClientAuth     = "\x2b\x06\x01\x05\x05\x07\x03\x02"
	OCSPSigning    = "\x2b\x06\x01\x05\x05\x07\x03\x09"
)

// AccessOCSP is the access method of an OCSP responder's URL (RFC 5280 §4.2.2.1).
const AccessOCSP = "\x2b\x06\x01\x05\x05\x07\x30\x01"

// FeatureStatusRequest is the number of the TLS extension status_request (RFC 6066 §8), by which a
// certificate asks its server to staple OCSP responses (RFC 7633 §4).
const FeatureStatusRequest = 5

// Bits of the first octet of KeyUsage (RFC 5280 §4.2.1.3): bit 0 is the most significant.
const (
	UsageDigitalSignature = 0x80
	UsageKeyEncipherment  = 0x20
	UsageKeyCertSign      = 0x04
	UsageCRLSign          = 0x02
)

// Tags of TBSCertificate's optional fields (RFC 5280 §4.1). TagVersion is also that of the version
// in OCSP's TBSRequest and ResponseData (RFC 6960 §4.1.1, §4.2.1).
var (
	TagVersion         = asn1.Tag(0).ContextSpecific().Constructed()
	TagIssuerUniqueID  = asn1.Tag(1).ContextSpecific()
	TagSubjectUniqueID = asn1.Tag(2).ContextSpecific()
	TagExtensions      = asn1.Tag(3).ContextSpecific().Constructed()
)

// Tags of a GeneralName (RFC 5280 §4.2.1.6).
var (
	TagDNSName   = asn1.Tag(2).ContextSpecific()
	TagURI       = asn1.Tag(6).ContextSpecific()
	TagIPAddress = asn1.Tag(7).ContextSpecific()
)

// Null is the encoding of NULL, the parameters of RSA's and of digests' algorithms (RFC 8017
// §A.2.4).
const Null = "\x05\x00"

// AddOID appends an OBJECT IDENTIFIER.
func AddOID(b *cryptobyte.Builder, oid string) {
	b.AddASN1(asn1.OBJECT_IDENTIFIER, func(b *cryptobyte.Builder) { b.AddBytes([]byte(oid)) })
}
