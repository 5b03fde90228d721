package engine

import "tlslab/engine/wire"

// status_request: the client requests a stapled OCSP response (RFC 6066 §8, RFC 9846 §4.5.1.1).

func writeStatusRequest(c *Conn, p place, dst []byte) ([]byte, bool) {
	switch p {
	case inClientHello:
		m := wire.CertificateStatusRequest{Type: wire.StatusOCSP}
		return m.Append(dst), c.cfg.Revocation == RevocationStapled
	case inLegacyServerHello:
		return dst, c.info.isFull() && c.sendsStaple()
	}
	return dst, false
}

// readStatusRequest reads the request, its acknowledgement up to TLS 1.2, or the response in
// TLS 1.3. A server's request for a response on the client's certificate is ignored.
func readStatusRequest(c *Conn, p place, body []byte) error {
	switch p {
	case inClientHello:
		var m wire.CertificateStatusRequest
		if err := m.Parse(body); err != nil {
			return err
		}
		c.hs.hello.requestsStaple = m.Type == wire.StatusOCSP
	case inLegacyServerHello:
		c.hs.ocsp.staplePromised = true
		return wantEmpty(body)
	case inCertificate:
		var m wire.CertificateStatusMsg
		if err := m.Parse(body); err != nil {
			return err
		}
		if len(c.info.PeerChain) == 0 { // the leaf's: responses on its issuers are ignored
			c.hs.ocsp.staple = m.Response
		}
	}
	return nil
}
