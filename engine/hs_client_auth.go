package engine

import "fmt"

// A ClientAuth is a server's policy on client certificates.
type ClientAuth uint8

// The policies. With ClientAuthRequested and ClientAuthRequired the server verifies the certificate
// that it receives.
const (
	ClientAuthNone      ClientAuth = iota // the server sends no CertificateRequest
	ClientAuthRequested                   // a client without a certificate may connect
	ClientAuthRequired                    // a client without a certificate is refused
)

var clientAuthNames = [...]string{"none", "requested", "required"}

// String returns "none", "requested" or "required".
func (p ClientAuth) String() string { return nameOf(clientAuthNames[:], p) }

// ParseClientAuth reads "none", "requested" or "required". Any other text is an error.
func ParseClientAuth(s string) (ClientAuth, error) {
	for p, name := range clientAuthNames {
		if name == s {
			return ClientAuth(p), nil
		}
	}
	return 0, fmt.Errorf("unknown client authentication policy %q", s)
}

// afterCertificateRequest makes both sides expect the client's Certificate.
func afterCertificateRequest(c *Conn, _ side) error {
	c.hs.certificateRequested = true
	return nil
}

// chooseClientCertificate chooses the first certificate that fits the CertificateRequest, if there
// is one. It then drops the lists of the CertificateRequest: they alias the caller's buffer.
func (c *Conn) chooseClientCertificate(fits func(*Certificate) bool) {
	for _, certificate := range c.cfg.Certificates {
		if s := c.schemeFor(certificate); s != nil && fits(certificate) {
			c.info.Certificate, c.hs.scheme = certificate, s
			break
		}
	}
	c.hs.hello.schemes, c.hs.hello.authorities = nil, nil
}

// afterCertificate decides whether the client sends CertificateVerify: if it has sent a
// certificate.
func afterCertificate(c *Conn, from side) error {
	if from == client {
		c.hs.clientSigns = c.info.Certificate != nil
		if c.side == server {
			c.hs.clientSigns = len(c.info.PeerChain) > 0
		}
	}
	return nil
}

// afterNoCertificate handles SSL 3.0's no_certificate, which stands for an empty Certificate
// message.
func (c *Conn) afterNoCertificate() error {
	c.hs.certificateDeclined = true
	if c.side == server {
		return c.readEmptyChain()
	}
	return nil
}

func afterCertificateVerify(c *Conn, from side) error {
	if from == client {
		c.info.ClientAuthenticated = true
	}
	return nil
}
