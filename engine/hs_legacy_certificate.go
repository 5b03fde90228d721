package engine

import "tlslab/engine/wire"

// writeLegacyCertificate writes the chain of this side. A client's may be empty.
func writeLegacyCertificate(c *Conn, dst []byte) ([]byte, error) {
	if c.info.Certificate == nil {
		return append(dst, 0, 0, 0), nil
	}
	return append(dst, c.info.Certificate.legacy...), nil
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

// readServerHelloDone ends the server's flight. CertificateStatus cannot come any more.
func readServerHelloDone(c *Conn, body []byte) error {
	if err := wantEmpty(body); err != nil {
		return err
	}
	return c.requireStaple()
}
