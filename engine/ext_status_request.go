package engine

import "tlslab/engine/wire"

func writeStatusRequest(c *Conn, p place, dst []byte) ([]byte, bool) {
	switch p {
	case inClientHello:
		m := wire.StatusRequest{Type: wire.StatusOCSP}
		return m.Append(dst), c.cfg.Revocation == RevocationStapled
	case inLegacyServerHello:
		return dst, c.isFull() && c.sendsStaple()
	}
	return dst, false
}

func readStatusRequest(c *Conn, p place, body []byte) error {
	switch p {
	case inClientHello:
		var m wire.StatusRequest
		if err := m.Parse(body); err != nil {
			return err
		}
		c.hs.hello.status = m.Type == wire.StatusOCSP
	case inLegacyServerHello:
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
