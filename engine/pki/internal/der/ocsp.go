package der

import "golang.org/x/crypto/cryptobyte/asn1"

// OCSPBasic identifies the response type id-pkix-ocsp-basic (RFC 6960 §4.2.1).
const OCSPBasic = "\x2b\x06\x01\x05\x05\x07\x30\x01\x01"

// Tags of an OCSPRequest's optional fields (RFC 6960 §4.1.1).
var (
	TagRequestSignature  = asn1.Tag(0).ContextSpecific().Constructed()
	TagRequestorName     = asn1.Tag(1).ContextSpecific().Constructed()
	TagRequestExtensions = asn1.Tag(2).ContextSpecific().Constructed()
)

// Tags of an OCSPResponse's fields (RFC 6960 §4.2.1).
var (
	TagResponseBytes      = asn1.Tag(0).ContextSpecific().Constructed()
	TagResponseCerts      = asn1.Tag(0).ContextSpecific().Constructed()
	TagResponderByName    = asn1.Tag(1).ContextSpecific().Constructed()
	TagResponderByKey     = asn1.Tag(2).ContextSpecific().Constructed()
	TagNextUpdate         = asn1.Tag(0).ContextSpecific().Constructed()
	TagResponseExtensions = asn1.Tag(1).ContextSpecific().Constructed()
	TagRevocationReason   = asn1.Tag(0).ContextSpecific().Constructed()
)

// Tags of a CertStatus (RFC 6960 §4.2.1).
var (
	TagGood    = asn1.Tag(0).ContextSpecific()
	TagRevoked = asn1.Tag(1).ContextSpecific().Constructed()
	TagUnknown = asn1.Tag(2).ContextSpecific()
)
