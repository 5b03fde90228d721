package engine

import (
	"slices"

	"tlslab/engine/wire"
)

// clientTypes are the ClientCertificateType numbers that a server requests, by type of key (RFC
// 5246 §7.4.4, RFC 8422 §5.5).
var clientTypes = [...]struct {
	number byte
	kind   string
	since  Version
}{
	{1, "rsa", SSL30},
	{64, "ecdsa", TLS10},
}

func writeLegacyCertificateRequest(c *Conn, dst []byte) ([]byte, error) {
	at := len(dst)
	dst = wire.OpenVector(dst, 1)
	for _, t := range clientTypes {
		if t.since <= c.info.Version {
			dst = append(dst, t.number)
		}
	}
	dst = wire.CloseVector(dst, at, 1)
	if !c.info.impliesScheme() {
		dst = c.cfg.appendSchemes(dst, TLS12)
	}
	return wire.AppendDistinguishedNames(dst, c.cfg.authorities()), nil
}

func readLegacyCertificateRequest(c *Conn, body []byte) error {
	m := wire.CertificateRequestMsg{NoSchemes: c.info.impliesScheme()}
	if err := m.Parse(body); err != nil {
		return err
	}
	c.hs.hello.schemes = m.Schemes
	c.chooseClientCertificate(func(certificate *Certificate) bool {
		for _, t := range clientTypes {
			if t.kind == certificate.keyType {
				return slices.Contains(m.Types, t.number) && certificate.issuedBy(m.Authorities)
			}
		}
		return false
	})
	return nil
}
