package engine

import (
	"fmt"

	"tlslab/engine/pki"
)

// A Revocation is how a client learns whether a server's certificate is revoked.
type Revocation uint8

// The ways to learn it.
const (
	RevocationNone    Revocation = iota // the client does not check
	RevocationStapled                   // the server staples an OCSP response (RFC 6066 §8)
	RevocationFetched                   // the client asks the OCSP responder (RFC 6960)
)

var revocationNames = [...]string{"none", "stapled", "fetched"}

// String returns "none", "stapled" or "fetched".
func (r Revocation) String() string { return nameOf(revocationNames[:], r) }

// ParseRevocation reads "none", "stapled" or "fetched". Any other text is an error.
func ParseRevocation(s string) (Revocation, error) {
	for r, name := range revocationNames {
		if name == s {
			return Revocation(r), nil
		}
	}
	return 0, fmt.Errorf("unknown way to check revocation %q", s)
}

// An ocspState belongs to a client that checks revocation.
type ocspState struct {
	staplePromised bool             // up to TLS 1.2: the server may send CertificateStatus
	staple         []byte           // of the TLS 1.3 Certificate message at hand
	issuer         *pki.Certificate // of the leaf; nil: revocation is not checked
	waiting        bool             // for Conn.OCSPResponse
}

// verifyOCSP verifies an OCSP response for the leaf.
func (c *Conn) verifyOCSP(response []byte, how Revocation) error {
	if c.hs.ocsp.issuer == nil {
		return nil
	}
	if err := pki.VerifyOCSPResponse(response, c.info.PeerChain[0], c.hs.ocsp.issuer, c.cfg.Now(), c.count); err != nil {
		return err
	}
	c.info.Revocation = how
	return nil
}
