package engine

import "tlslab/engine/wire"

// writeTLS13Certificate writes the chain of this side. A client's may be empty.
func writeTLS13Certificate(c *Conn, dst []byte) ([]byte, error) {
	if c.info.Certificate == nil {
		return append(dst, 0, 0, 0, 0), nil
	}
	if c.sendsStaple() {
		c.info.Revocation = RevocationStapled
		return append(dst, c.info.Certificate.tls13Stapled...), nil
	}
	return append(dst, c.info.Certificate.tls13...), nil
}

func readTLS13Certificate(c *Conn, body []byte) error {
	var m wire.Certificate13Msg
	if err := m.Parse(body); err != nil {
		return err
	}
	if len(m.Context) > 0 {
		return unknownChoice
	}
	for rest := m.Entries; len(rest) > 0; {
		var der []byte
		var ext wire.Extensions
		der, ext, rest = rest.Next()
		if _, err := c.readExtensions(inCertificate, ext); err != nil {
			return err
		}
		if err := c.info.addPeerCertificate(der); err != nil {
			return err
		}
	}
	if err := c.acceptPeerChain(); err != nil {
		return err
	}
	return c.verifyStaple()
}
