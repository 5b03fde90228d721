package engine

import (
	"tlslab/engine/pki"
	"tlslab/engine/wire"
)

// certificateVerifyContent returns what a CertificateVerify signs: all messages so far (RFC 5246
// §7.4.8), or, in SSL 3.0, digests of the messages and the master secret (RFC 6101 §5.6.8).
func (c *Conn) certificateVerifyContent() (message, digest []byte, err error) {
	if c.info.Version > SSL30 {
		return c.hs.transcript.kept, nil, nil
	}
	digest = c.hs.legacy.verify[:]
	return nil, digest, c.hs.legacy.secrets.SSL30CertificateVerify(digest, c.hs.transcript.running)
}

func writeLegacyCertificateVerify(c *Conn, dst []byte) ([]byte, error) {
	message, digest, err := c.certificateVerifyContent()
	if err != nil {
		return nil, err
	}
	var signature []byte
	if digest != nil {
		signature, err = c.hs.scheme.SignDigest(c.cfg.Rand, c.info.Certificate.key, digest, c.count)
	} else {
		signature, err = c.hs.scheme.Sign(c.cfg.Rand, c.info.Certificate.key, message, c.count)
	}
	if err != nil {
		return nil, err
	}
	m := wire.CertificateVerifyMsg{NoScheme: c.info.impliesScheme(), Scheme: c.hs.scheme.ID, Signature: signature}
	return m.Append(dst), nil
}

// readLegacyCertificateVerify verifies a client's signature.
func readLegacyCertificateVerify(c *Conn, body []byte) error {
	m := wire.CertificateVerifyMsg{NoScheme: c.info.impliesScheme()}
	if err := m.Parse(body); err != nil {
		return err
	}
	message, digest, err := c.certificateVerifyContent()
	switch {
	case err != nil:
		return err
	case digest != nil:
		return c.checkSignature(m.Scheme, digest, m.Signature, (*pki.Scheme).VerifyDigest)
	}
	return c.checkSignature(m.Scheme, message, m.Signature, (*pki.Scheme).Verify)
}

// keepsMessages reports whether the transcript keeps the messages themselves: from TLS 1.0 to 1.2
// CertificateVerify signs them with a hash that only the client's choice of a signature scheme
// decides (RFC 5246 §7.4.8).
func (c *Conn) keepsMessages() bool {
	if c.info.Version == TLS13 || c.info.Version == SSL30 {
		return false
	}
	if c.side == server {
		return c.cfg.ClientAuth != ClientAuthNone && c.info.Kind != Resumed
	}
	return len(c.cfg.Certificates) > 0
}
