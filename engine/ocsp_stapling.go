package engine

import (
	"fmt"

	"tlslab/engine/wire"
)

// sendsStaple reports whether the server staples an OCSP response: its certificate has one, and the
// client requests it.
func (c *Conn) sendsStaple() bool {
	return c.side == server && c.hs.hello.requestsStaple && c.info.Certificate != nil && c.info.Certificate.staple != nil
}

// mayReceiveStaple reports whether the server may send CertificateStatus. It may omit the message
// even after it has acknowledged status_request (RFC 6066 §8).
func (c *Conn) mayReceiveStaple() bool { return c.hs.ocsp != nil && c.hs.ocsp.staplePromised }

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

// verifyStaple verifies the OCSP response of a TLS 1.3 Certificate message, if there is one.
func (c *Conn) verifyStaple() error {
	if c.hs.ocsp == nil {
		return nil
	}
	staple := c.hs.ocsp.staple
	c.hs.ocsp.staple = nil
	if staple != nil {
		if err := c.verifyOCSP(staple, RevocationStapled); err != nil {
			return err
		}
	}
	return c.requireStaple()
}

// requireStaple ends the handshake if the client requested a staple, the server sent none, and
// either SoftFail is off or the certificate requires one (RFC 7633 §4.2.3).
func (c *Conn) requireStaple() error {
	s := c.hs.ocsp
	switch {
	case s == nil || c.cfg.Revocation != RevocationStapled || s.issuer == nil || c.info.Revocation == RevocationStapled:
		return nil
	case c.info.PeerChain[0].MustStaple():
		return fmt.Errorf("%w: the certificate requires one", noStaple)
	case c.cfg.SoftFail:
		return nil
	}
	return noStaple
}
