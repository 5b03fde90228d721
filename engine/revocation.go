package engine

import (
	"errors"
	"fmt"

	"tlslab/engine/pki"
	"tlslab/engine/wire"
)

// Whether the server's certificate has been revoked: told by an OCSP response
// that the server staples to its chain (RFC 6066 §8, RFC 9846 §4.5.1.1), or by
// one that the client fetches (fetch.go).

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

// statusState is what a client that wants to know keeps besides.
type statusState struct {
	promised bool             // up to TLS 1.2: the server may send CertificateStatus
	staple   []byte           // of the TLS 1.3 message at hand
	issuer   *pki.Certificate // of the leaf; nil: nobody's word is needed on it
	awaited  bool             // see Conn.CertificateStatus
}

// checkRevocation finds settings that contradict each other.
func (cfg *Config) checkRevocation(s side) error {
	switch {
	case s == server || cfg.Revocation == RevocationNone:
		return nil
	case cfg.Revocation > RevocationFetched:
		return fmt.Errorf("unknown way to learn of revocation %v", cfg.Revocation)
	case cfg.VerifyNothing:
		return errors.New("revocation of a certificate that is not verified")
	case cfg.maxVersion() == SSL30 && cfg.Revocation == RevocationStapled:
		return errors.New("SSL 3.0 has no extension to ask for a stapled status")
	}
	return nil
}

// staples says whether the server staples its certificate's status: it has one,
// and the client wants it.
func (c *Conn) staples() bool {
	return c.side == server && c.hs.hello.status && c.info.Certificate != nil && c.info.Certificate.staple != nil
}

// mayStaple says whether a server that did not have to may have sent
// CertificateStatus.
func (c *Conn) mayStaple() bool { return c.hs.status != nil && c.hs.status.promised }

func makeStatusRequest(c *Conn, p place, dst []byte) ([]byte, bool) {
	switch p {
	case inClientHello:
		m := wire.StatusRequest{Type: wire.StatusOCSP}
		return m.Append(dst), c.cfg.Revocation == RevocationStapled
	case inClassicHello:
		return dst, c.isFull() && c.staples()
	}
	return dst, false
}

func takeStatusRequest(c *Conn, p place, body []byte) error {
	switch p {
	case inClientHello:
		var m wire.StatusRequest
		if err := m.Parse(body); err != nil {
			return err
		}
		c.hs.hello.status = m.Type == wire.StatusOCSP
	case inClassicHello:
		c.hs.status.promised = true
		return wantEmpty(body)
	case inCertificate:
		var m wire.CertificateStatusMsg
		if err := m.Parse(body); err != nil {
			return err
		}
		if len(c.info.PeerChain) == 0 { // the leaf's; those of its issuers are not asked for
			c.hs.status.staple = m.Response
		}
	}
	return nil // a server that asks of the client's certificate goes without
}

func makeCertificateStatus(c *Conn, dst []byte) ([]byte, error) {
	c.info.Revocation = RevocationStapled
	m := wire.CertificateStatusMsg{Type: wire.StatusOCSP, Response: c.info.Certificate.staple}
	return m.Append(dst), nil
}

func takeCertificateStatus(c *Conn, body []byte) error {
	var m wire.CertificateStatusMsg
	if err := m.Parse(body); err != nil {
		return err
	}
	return c.takeStatus(m.Response, RevocationStapled)
}

// takeStatus verifies the authority's word on the leaf.
func (c *Conn) takeStatus(response []byte, how Revocation) error {
	if c.hs.status.issuer == nil {
		return nil
	}
	if err := pki.VerifyOCSPResponse(response, c.info.PeerChain[0], c.hs.status.issuer, c.cfg.Now(), c.count); err != nil {
		return err
	}
	c.info.Revocation = how
	return nil
}

// takeStaple verifies what was stapled to a TLS 1.3 chain.
func (c *Conn) takeStaple() error {
	if c.hs.status == nil {
		return nil
	}
	staple := c.hs.status.staple
	c.hs.status.staple = nil
	if staple != nil {
		if err := c.takeStatus(staple, RevocationStapled); err != nil {
			return err
		}
	}
	return c.requireStaple()
}

// requireStaple decides on a chain to which nothing was stapled, as far as
// something was asked for (RFC 7633 §4.2.3).
func (c *Conn) requireStaple() error {
	s := c.hs.status
	switch {
	case s == nil || c.cfg.Revocation != RevocationStapled || s.issuer == nil || c.info.Revocation == RevocationStapled:
		return nil
	case c.info.PeerChain[0].MustStaple():
		return fmt.Errorf("%w: and the certificate says that there is one", noStatus)
	case c.cfg.SoftFail:
		return nil
	}
	return noStatus
}
