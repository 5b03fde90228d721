package engine

import (
	"tlslab/engine/pki"
	"tlslab/engine/wire"
)

// authorities returns the names of ClientCAs. If unknown issuers are tolerated, the list is empty:
// the client may send any certificate (RFC 5246 §7.4.4).
func (cfg *Config) authorities() [][]byte {
	if cfg.ClientCAs == nil || cfg.ToleratedFaults&pki.FaultUnknownCA != 0 {
		return nil
	}
	return cfg.ClientCAs.Names()
}

func writeCertificateAuthorities(c *Conn, p place, dst []byte) ([]byte, bool) {
	names := c.cfg.authorities()
	return wire.AppendDistinguishedNames(dst, names), p == inCertificateRequest && len(names) > 0
}

// readCertificateAuthorities reads the authorities that a server trusts. A server ignores those of
// a client: it does not choose its chain by them.
func readCertificateAuthorities(c *Conn, _ place, body []byte) error {
	var x wire.CertificateAuthorities
	err := x.Parse(body)
	c.hs.hello.authorities = x.List
	return err
}

// issuedBy reports whether one of the authorities is an issuer in the certificate's chain. An
// empty list allows every certificate (RFC 5246 §7.4.4).
func (c *Certificate) issuedBy(authorities wire.DistinguishedNames) bool {
	for _, issuer := range c.issuers {
		if authorities.Contains(issuer) {
			return true
		}
	}
	return len(authorities) == 0
}
