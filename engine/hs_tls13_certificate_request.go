package engine

import (
	"fmt"

	"tlslab/engine/wire"
)

func writeTLS13CertificateRequest(c *Conn, dst []byte) ([]byte, error) {
	dst = append(dst, 0) // empty certificate_request_context
	return c.appendExtensions(dst, inCertificateRequest), nil
}

func readTLS13CertificateRequest(c *Conn, body []byte) error {
	var m wire.CertificateRequest13Msg
	if err := m.Parse(body); err != nil {
		return err
	}
	if len(m.Context) > 0 {
		return unknownChoice
	}
	seen, err := c.readExtensions(inCertificateRequest, m.Extensions)
	if err != nil {
		return err
	}
	if !seen.has(extSignatureAlgorithms) {
		return fmt.Errorf("%w: signature_algorithms", missingExtension)
	}
	c.chooseClientCertificate(func(certificate *Certificate) bool { return certificate.issuedBy(c.hs.hello.authorities) })
	return nil
}
