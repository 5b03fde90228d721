package pki

import (
	"errors"
	"fmt"
)

// An OCSPStatus is the status of a certificate in an OCSP response (RFC 6960 §2.2). Its values are
// the tag numbers of CertStatus.
type OCSPStatus uint8

// The statuses.
const (
	OCSPGood OCSPStatus = iota
	OCSPRevoked
	OCSPUnknown
)

var ocspStatusNames = [...]string{"good", "revoked", "unknown"}

// String returns the status's name in RFC 6960: good, revoked or unknown.
func (s OCSPStatus) String() string {
	if int(s) < len(ocspStatusNames) {
		return ocspStatusNames[s]
	}
	return fmt.Sprintf("OCSP status %d", uint8(s))
}

// Errors of VerifyOCSPResponse wrap one of these; errors of OCSPRequestsStatus wrap
// ErrOCSPMalformed. For a stapled response, the alert is certificate_revoked for ErrRevoked and
// bad_certificate_status_response for the others (RFC 6066 §8).
var (
	// ErrRevoked is the status revoked.
	ErrRevoked = errors.New("certificate is revoked")
	// ErrOCSPUnknown is the status unknown.
	ErrOCSPUnknown = errors.New("OCSP responder does not know the certificate")
	// ErrOCSPStale is a time outside thisUpdate to nextUpdate, or a missing nextUpdate.
	ErrOCSPStale = errors.New("OCSP response is not valid at this time")
	// ErrOCSPSigner is a signature by neither the issuer nor a delegated responder.
	ErrOCSPSigner = errors.New("OCSP response is not signed by the issuer")
	// ErrOCSPOther is a response without the certificate's CertID.
	ErrOCSPOther = errors.New("OCSP response is for another certificate")
	// ErrOCSPMalformed is a request or response that is not the DER of RFC 6960.
	ErrOCSPMalformed = errors.New("malformed OCSP message")
	// ErrOCSPUnavailable is an OCSPResponseStatus other than successful: tryLater and the like.
	ErrOCSPUnavailable = errors.New("OCSP responder has no status")
)
