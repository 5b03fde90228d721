package engine

import (
	"fmt"

	"tlslab/engine/pki"
)

// A Revocation is how a client learns whether a server's certificate has been
// revoked.
type Revocation uint8

// The ways.
const (
	RevocationNone    Revocation = iota // not at all
	RevocationStapled                   // the server sends the authority's word along
	RevocationFetched                   // the client asks the authority
)

var revocationNames = [...]string{"none", "stapled", "fetched"}

// String returns the way's name: none, stapled or fetched.
func (r Revocation) String() string { return nameOf(revocationNames[:], r) }

// ParseRevocation reads a way's name.
func ParseRevocation(s string) (Revocation, error) {
	for r, name := range revocationNames {
		if name == s {
			return Revocation(r), nil
		}
	}
	return 0, fmt.Errorf("unknown way to learn of revocation %q", s)
}

// ocspState is what a client that wants to know keeps besides.
type ocspState struct {
	promised    bool             // up to TLS 1.2: the server may send CertificateStatus
	staple      []byte           // of the TLS 1.3 message at hand
	issuer      *pki.Certificate // of the leaf; nil: nobody's word is needed on it
	expectedRow bool             // see Conn.CertificateStatus
}

// verifyOCSP verifies the authority's word on the leaf.
func (c *Conn) verifyOCSP(response []byte, how Revocation) error {
	if c.hs.status.issuer == nil {
		return nil
	}
	if err := pki.VerifyOCSPResponse(response, c.info.PeerChain[0], c.hs.status.issuer, c.cfg.Now(), c.count); err != nil {
		return err
	}
	c.info.Revocation = how
	return nil
}
