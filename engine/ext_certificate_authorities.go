package engine

import (
	"tlslab/engine/pki"
	"tlslab/engine/wire"
)

// authorities are the names of ClientCAs. A server to which others are as good names
// none, which asks for any (RFC 5246 §7.4.4).
func (c *Conn) authorities() [][]byte {
	if c.cfg.ClientCAs == nil || c.cfg.ToleratedFaults&pki.FaultUnknownCA != 0 {
		return nil
	}
	return c.cfg.ClientCAs.Names()
}

func writeCertificateAuthorities(c *Conn, p place, dst []byte) ([]byte, bool) {
	names := c.authorities()
	return wire.AppendNames(dst, names), p == inCertificateRequest && len(names) > 0
}

// readCertificateAuthorities reads the authorities that a server trusts. Those of a client
// are no more than a hint to a server that has chains of several.
func readCertificateAuthorities(c *Conn, _ place, body []byte) error {
	var x wire.Authorities
	err := x.Parse(body)
	c.hs.hello.authorities = x.List
	return err
}

// issuedBy says whether one of a list's authorities stands above the certificate;
// without a list any does (RFC 5246 §7.4.4).
func (c *Certificate) issuedBy(authorities wire.DistinguishedNames) bool {
	for _, issuer := range c.issuers {
		if authorities.Contains(issuer) {
			return true
		}
	}
	return len(authorities) == 0
}
