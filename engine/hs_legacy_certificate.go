package engine

import "tlslab/engine/wire"

// writeLegacyCertificate writes this side's chain; a client's may be empty.
func writeLegacyCertificate(c *Conn, dst []byte) ([]byte, error) {
	if c.info.Certificate == nil {
		return append(dst, 0, 0, 0), nil
	}
	return append(dst, c.info.Certificate.classic...), nil
}

func readLegacyCertificate(c *Conn, body []byte) error {
	var m wire.CertificateMsg
	if err := m.Parse(body); err != nil {
		return err
	}
	for rest := m.Chain; len(rest) > 0; {
		var der []byte
		der, rest = rest.Next()
		if err := c.info.addPeerCertificate(der); err != nil {
			return err
		}
	}
	return c.acceptPeerChain()
}

func writeServerHelloDone(_ *Conn, dst []byte) ([]byte, error) { return dst, nil }

// readServerHelloDone ends the server's part, and with it the time for a status.
func readServerHelloDone(c *Conn, body []byte) error {
	if err := wantEmpty(body); err != nil {
		return err
	}
	return c.requireStaple()
}
