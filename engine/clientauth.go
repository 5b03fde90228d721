package engine

import (
	"fmt"
	"slices"

	"tlslab/engine/pki"
	"tlslab/engine/session"
	"tlslab/engine/wire"
)

// Client authentication: what a server asks for, and what a client has to show
// (RFC 9846 §4.4.2, RFC 5246 §7.4.4).

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

// clientTypes are the ClientCertificateTypes of the kinds of key, as a server asks
// for them up to TLS 1.2 (RFC 5246 §7.4.4, RFC 8422 §5.5).
var clientTypes = [...]struct {
	number byte
	kind   string
	since  Version
}{
	{1, "rsa", SSL30},
	{64, "ecdsa", TLS10},
}

// authorities are the names of ClientCAs. A server to which others are as good names
// none, which asks for any (RFC 5246 §7.4.4).
func (c *Conn) authorities() [][]byte {
	if c.cfg.ClientCAs == nil || c.cfg.ToleratedFaults&pki.FaultUnknownCA != 0 {
		return nil
	}
	return c.cfg.ClientCAs.Names()
}

func makeCertificateRequest(c *Conn, dst []byte) ([]byte, error) {
	at := len(dst)
	dst = wire.Open(dst, 1)
	for _, t := range clientTypes {
		if t.since <= c.info.Version {
			dst = append(dst, t.number)
		}
	}
	dst = wire.Close(dst, at, 1)
	if !c.impliesScheme() {
		dst = c.appendSchemes(dst, TLS12)
	}
	return wire.AppendNames(dst, c.authorities()), nil
}

func takeCertificateRequest(c *Conn, body []byte) error {
	m := wire.CertificateRequestMsg{Implied: c.impliesScheme()}
	if err := m.Parse(body); err != nil {
		return err
	}
	c.hs.hello.schemes = m.Schemes
	c.chooseClientCertificate(func(certificate *Certificate) bool {
		for _, t := range clientTypes {
			if t.kind == certificate.kind {
				return slices.Contains(m.Types, t.number) && certificate.issuedBy(m.Authorities)
			}
		}
		return false
	})
	return nil
}

func makeCertificateRequest13(c *Conn, dst []byte) ([]byte, error) {
	dst = append(dst, 0) // the context is for after the handshake
	return c.appendExtensions(dst, inRequest), nil
}

func takeCertificateRequest13(c *Conn, body []byte) error {
	var m wire.CertificateRequest13Msg
	if err := m.Parse(body); err != nil {
		return err
	}
	if len(m.Context) > 0 {
		return unknownChoice
	}
	seen, err := c.takeExtensions(inRequest, m.Extensions)
	if err != nil {
		return err
	}
	if !seen.has(extSchemes) {
		return fmt.Errorf("%w: signature_algorithms", missingExtension)
	}
	c.chooseClientCertificate(func(certificate *Certificate) bool { return certificate.issuedBy(c.hs.hello.authorities) })
	return nil
}

// afterCertificateRequest lets both sides await the client's Certificate.
func afterCertificateRequest(c *Conn, _ side) error {
	c.hs.certificateRequested = true
	return nil
}

func makeAuthorities(c *Conn, p place, dst []byte) ([]byte, bool) {
	names := c.authorities()
	return wire.AppendNames(dst, names), p == inRequest && len(names) > 0
}

// takeAuthorities reads the authorities that a server trusts. Those of a client
// are no more than a hint to a server that has chains of several.
func takeAuthorities(c *Conn, _ place, body []byte) error {
	var x wire.Authorities
	err := x.Parse(body)
	c.hs.hello.authorities = x.List
	return err
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
		return c.withoutCertificate()
	}
	return nil
}

// proof is what a CertificateVerify signs: all messages so far (RFC 5246 §7.4.8), or
// in SSL 3.0 digests of them and of the master secret (RFC 6101 §5.6.8).
func (c *Conn) proof() (message, digest []byte, err error) {
	if c.info.Version > SSL30 {
		return c.hs.transcript.kept, nil, nil
	}
	digest = c.hs.legacy.verify[:]
	return nil, digest, c.hs.legacy.secrets.SSLVerify(digest, c.hs.transcript.running)
}

func makeCertificateVerify(c *Conn, dst []byte) ([]byte, error) {
	message, digest, err := c.proof()
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
	m := wire.CertificateVerifyMsg{Implied: c.impliesScheme(), Scheme: c.hs.scheme.ID, Signature: signature}
	return m.Append(dst), nil
}

// takeCertificateVerify checks a client's signature.
func takeCertificateVerify(c *Conn, body []byte) error {
	m := wire.CertificateVerifyMsg{Implied: c.impliesScheme()}
	if err := m.Parse(body); err != nil {
		return err
	}
	message, digest, err := c.proof()
	switch {
	case err != nil:
		return err
	case digest != nil:
		return c.checkSignature(m.Scheme, digest, m.Signature, (*pki.Scheme).VerifyDigest)
	}
	return c.checkSignature(m.Scheme, message, m.Signature, (*pki.Scheme).Verify)
}

// afterCertificateVerify says that the client has proved to have its key.
func afterCertificateVerify(c *Conn, from side) error {
	if from == client {
		c.info.ClientAuthenticated = true
	}
	return nil
}

// signsMessages says whether a CertificateVerify may come that signs the messages
// themselves, which no running hash is enough for: its hash is the signature's,
// and known only then. So they are kept (RFC 5246 §7.4.8).
func (c *Conn) signsMessages() bool {
	if c.info.Version == TLS13 || c.info.Version == SSL30 {
		return false
	}
	if c.side == server {
		return c.cfg.ClientAuth != ClientAuthNone && c.info.Kind != Resumed
	}
	return len(c.cfg.Certificates) > 0
}

// maxIdentity is the length in bytes of the longest chain of a client's that a
// session remembers: with all else it has room in a ticket.
const maxIdentity = 1 << 15

// identitySize is the length of the client's chain, as a session remembers it.
func (c *Conn) identitySize() (n int) {
	for _, certificate := range c.info.PeerChain {
		n += 3 + len(certificate.Raw)
	}
	return n
}

// memorable says whether a server can keep the session at all. One that forgets
// who the client was would make a stranger of it.
func (c *Conn) memorable() bool { return c.identitySize() <= maxIdentity }

// admits says whether the server's policy allows to resume a session: it is not
// anonymous where a certificate is required, nor a client's of whom no certificate
// is to be known.
func (c *Conn) admits(s *session.State) bool {
	if len(s.Peer) > 0 {
		return c.cfg.ClientAuth != ClientAuthNone
	}
	return c.cfg.ClientAuth != ClientAuthRequired
}

// recall takes the client's identity from the session that is resumed. It says no
// where the leaf is no longer valid, or has faults that are no longer tolerated, or the
// client is no longer let in.
func (c *Conn) recall(s *session.State) bool {
	if !c.admits(s) {
		return false
	}
	for rest := s.Peer; len(rest) > 0; {
		var der []byte
		der, rest = rest.Next()
		if c.addCertificate(der) != nil {
			c.forgetPeer()
			return false
		}
	}
	if len(c.info.PeerChain) == 0 {
		return true
	}
	c.info.ToleratedFaults = s.ToleratedFaults
	if c.cfg.Now().After(c.info.PeerChain[0].NotAfter) {
		c.info.ToleratedFaults |= pki.FaultExpired
	}
	if c.info.ToleratedFaults&^c.cfg.acceptedFaults() != 0 || c.admitPeer() != nil {
		c.forgetPeer()
		return false
	}
	c.info.ClientAuthenticated = true
	return true
}

// forgetPeer takes back what recall found, if it will not do or a second ClientHello
// is read.
func (c *Conn) forgetPeer() {
	c.info.PeerChain, c.info.ClientAuthenticated, c.info.ToleratedFaults = nil, false, 0
}
