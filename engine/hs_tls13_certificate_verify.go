package engine

import (
	"strings"

	"tlslab/engine/pki"
	"tlslab/engine/wire"
)

// signedContexts begin the content that a side's CertificateVerify signs: 64 spaces, the context
// string and a zero byte (RFC 9846 §4.5.2).
var signedContexts = [...]string{
	client: strings.Repeat(" ", 64) + "TLS 1.3, client CertificateVerify\x00",
	server: strings.Repeat(" ", 64) + "TLS 1.3, server CertificateVerify\x00",
}

// signedContent returns what a side's CertificateVerify signs.
func (c *Conn) signedContent(from side) []byte {
	return append(append(c.scratch[:0], signedContexts[from]...), c.hs.transcript.sum()...)
}

func writeTLS13CertificateVerify(c *Conn, dst []byte) ([]byte, error) {
	signature, err := c.hs.scheme.Sign(c.cfg.Rand, c.info.Certificate.key, c.signedContent(c.side), c.count)
	if err != nil {
		return nil, err
	}
	m := wire.CertificateVerifyMsg{Scheme: c.hs.scheme.ID, Signature: signature}
	return m.Append(dst), nil
}

func readTLS13CertificateVerify(c *Conn, body []byte) error {
	var m wire.CertificateVerifyMsg
	if err := m.Parse(body); err != nil {
		return err
	}
	return c.checkSignature(m.Scheme, c.signedContent(other(c.side)), m.Signature, (*pki.Scheme).Verify)
}
