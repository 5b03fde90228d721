package engine

import "fmt"

// A ClientAuth is a server's policy on clients' certificates.
type ClientAuth uint8

// The policies. A certificate that is shown is verified under either of the last
// two; they differ in what becomes of a client that shows none.
const (
	ClientAuthNone      ClientAuth = iota // clients are not asked
	ClientAuthRequested                   // asked, and served all the same
	ClientAuthRequired                    // asked, and refused without
)

var clientAuthNames = [...]string{"none", "requested", "required"}

// String returns the policy's name: none, requested or required.
func (p ClientAuth) String() string { return nameOf(clientAuthNames[:], p) }

// ParseClientAuth reads a policy's name.
func ParseClientAuth(s string) (ClientAuth, error) {
	for p, name := range clientAuthNames {
		if name == s {
			return ClientAuth(p), nil
		}
	}
	return 0, fmt.Errorf("unknown policy of client authentication %q", s)
}

// afterCertificateRequest lets both sides await the client's Certificate.
func afterCertificateRequest(c *Conn, _ side) error {
	c.hs.certificateRequested = true
	return nil
}

// chooseClientCertificate takes the first certificate that the server can be
// shown, if there is one. What the CertificateRequest said is used here alone: it
// aliases the caller's buffer.
func (c *Conn) chooseClientCertificate(fits func(*Certificate) bool) {
	for _, certificate := range c.cfg.Certificates {
		if s := c.schemeFor(certificate); s != nil && fits(certificate) {
			c.info.Certificate, c.hs.scheme = certificate, s
			break
		}
	}
	c.hs.hello.schemes, c.hs.hello.authorities = nil, nil
}

// afterCertificate settles whether the client signs: where it has shown a
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

// afterNoCertificate is what becomes of a client that has none in SSL 3.0.
func (c *Conn) afterNoCertificate() error {
	c.hs.certificateDeclined = true
	if c.side == server {
		return c.readEmptyChain()
	}
	return nil
}

// afterCertificateVerify says that the client has proved to have its key.
func afterCertificateVerify(c *Conn, from side) error {
	if from == client {
		c.info.ClientAuthenticated = true
	}
	return nil
}
