package engine

import (
	"fmt"

	"tlslab/engine/wire"
)

// staples says whether the server staples its certificate's status: it has one,
// and the client wants it.
func (c *Conn) sendsStaple() bool {
	return c.side == server && c.hs.hello.status && c.info.Certificate != nil && c.info.Certificate.staple != nil
}

// mayReceiveStaple says whether a server that did not have to may have sent
// CertificateStatus.
func (c *Conn) mayReceiveStaple() bool { return c.hs.status != nil && c.hs.status.promised }

func writeCertificateStatus(c *Conn, dst []byte) ([]byte, error) {
	c.info.Revocation = RevocationStapled
	m := wire.CertificateStatusMsg{Type: wire.StatusOCSP, Response: c.info.Certificate.staple}
	return m.Append(dst), nil
}

func readCertificateStatus(c *Conn, body []byte) error {
	var m wire.CertificateStatusMsg
	if err := m.Parse(body); err != nil {
		return err
	}
	return c.verifyOCSP(m.Response, RevocationStapled)
}

// verifyStaple verifies what was stapled to a TLS 1.3 chain.
func (c *Conn) verifyStaple() error {
	if c.hs.status == nil {
		return nil
	}
	staple := c.hs.status.staple
	c.hs.status.staple = nil
	if staple != nil {
		if err := c.verifyOCSP(staple, RevocationStapled); err != nil {
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
		return fmt.Errorf("%w: and the certificate says that there is one", noStaple)
	case c.cfg.SoftFail:
		return nil
	}
	return noStaple
}
