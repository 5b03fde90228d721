package pki

import (
	"errors"
	"fmt"
)

// An OCSPStatus is the status of a certificate in an OCSP response (RFC 6960 §2.2). Its values are the
// tag numbers of CertStatus.
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

// Errors of VerifyOCSPResponse wrap one of these. A client that got the response stapled answers
// ErrRevoked with the alert certificate_revoked, and the others with bad_certificate_status_response
// (RFC 6066 §8).
var (
	ErrRevoked         = errors.New("certificate is revoked")
	ErrOCSPUnknown     = errors.New("OCSP responder does not know the certificate")
	ErrOCSPStale       = errors.New("OCSP response is not valid at this time")   // thisUpdate, nextUpdate
	ErrOCSPSigner      = errors.New("OCSP response is not signed by the issuer") // nor by its delegate
	ErrOCSPOther       = errors.New("OCSP response is for another certificate")  // no CertID matches
	ErrOCSPMalformed   = errors.New("malformed OCSP message")                    // request or response
	ErrOCSPUnavailable = errors.New("OCSP responder has no status")              // tryLater and the like
)
