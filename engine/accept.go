package engine

import (
	"fmt"

	"tlslab/engine/kx"
	"tlslab/engine/session"
)

// The server's choices on a ClientHello.

// acceptModern makes TLS 1.3's choices (RFC 9846 §4.2.1): the suite, then a
// PSK, then a group and a certificate as far as they are needed.
func (c *Conn) acceptModern() error {
	h := &c.hs.hello
	if err := c.requireExtensions(); err != nil {
		return err
	}
	suite := c.chooseSuite(func(*Suite) bool { return true })
	if suite == nil {
		return noCommonSuite
	}
	c.useSuite(suite)
	c.hs.compatible = c.asksCompatibility()
	c.info.ExtendedMasterSecret = true
	c.info.Kind, c.info.Resumption = Full, 0
	c.forgetPeer()
	if err := c.lookUpName(); err != nil {
		return err
	}
	if h.seen.has(extEarlyData) {
		if err := c.openEarly(); err != nil {
			return err
		}
	}
	if err := c.chooseProtocol(); err != nil {
		return err
	}
	if h.seen.has(extPreSharedKey) {
		if err := c.choosePSK(); err != nil {
			return err
		}
		if c.info.Kind == Full && !(h.seen.has(extSchemes) && h.seen.has(extGroups)) {
			return unknownPSK
		}
	}
	if err := c.checkShares(); err != nil {
		return err
	}
	retried := c.info.HelloRetry
	if err := c.chooseGroup(); err != nil {
		return err
	}
	if c.info.HelloRetry && !retried {
		return nil // the rest is chosen on the second ClientHello
	}
	if c.hs.early != nil && !retried {
		c.judgeEarly()
	}
	if c.chooseMode() != 0 {
		c.post.ticketsOwed = c.cfg.ticketCount()
	}
	if c.info.Kind == Full {
		return c.chooseCertificate()
	}
	return nil
}

// requireExtensions holds the ClientHello to RFC 9846 §9.2.
func (c *Conn) requireExtensions() error {
	seen := c.hs.hello.seen
	psk := seen.has(extPreSharedKey)
	switch {
	case !psk && !(seen.has(extSchemes) && seen.has(extGroups)):
		return fmt.Errorf("%w: signature_algorithms and supported_groups are needed without a PSK", missingExtension)
	case seen.has(extGroups) != seen.has(extKeyShare):
		return fmt.Errorf("%w: supported_groups and key_share go together", missingExtension)
	case psk && !seen.has(extModes):
		return fmt.Errorf("%w: psk_key_exchange_modes", missingExtension)
	}
	return nil
}

// chooseSuite returns the server's first suite of the version that the client
// offers and that fits, nil if there is none.
func (c *Conn) chooseSuite(fits func(*Suite) bool) *Suite {
	for s := range c.cfg.enabled {
		if s.Min <= c.info.Version && s.Max >= c.info.Version && c.hs.hello.Suites.Contains(uint16(s.ID)) && fits(s) {
			return s
		}
	}
	return nil
}

// chooseCertificate takes the first certificate that can sign in a way that
// the client verifies: one for the client's name, if possible.
func (c *Conn) chooseCertificate() error {
	for _, s := range c.strictness() {
		for _, certificate := range c.cfg.Certificates {
			if s.name && !c.suitsName(certificate) {
				continue
			}
			if s := c.schemeFor(certificate); s != nil {
				c.info.Certificate, c.hs.scheme = certificate, s
				return nil
			}
		}
	}
	return noCommonSignature
}

// A strictness is what a certificate is held to besides what it must have.
type strictness struct{ name, curve bool }

// strictnesses are tried in turn. The client's groups bind the certificate's curve
// too (RFC 8422 §5.1), but a client that names only the groups it wants shares of
// may verify more. A certificate on another curve, and then one for another name,
// is better than none.
var strictnesses = [...]strictness{{true, true}, {true, false}, {false, true}, {false, false}}

// strictness is what the server tries: without those of other names if it refuses
// unknown ones.
func (c *Conn) strictness() []strictness {
	if c.cfg.UnknownNames == UnknownNameRefused {
		return strictnesses[:2]
	}
	return strictnesses[:]
}

// acceptClassic makes the choices up to TLS 1.2 (RFC 5246 §7.4.1.3): a session to
// resume, or a suite with its certificate and group.
func (c *Conn) acceptClassic() error {
	c.info.ExtendedMasterSecret = c.hs.hello.seen.has(extExtendedMasterSecret) && !c.cfg.NoExtendedMasterSecret
	if err := c.lookUpName(); err != nil {
		return err
	}
	if err := c.chooseProtocol(); err != nil {
		return err
	}
	renew := true
	if s, way, old := c.findSession(); way != 0 {
		resumed, err := c.resumeClassic(&s, way)
		if err != nil {
			return err
		}
		renew = !resumed || old
	}
	c.hs.ticketPromised = renew && c.hs.hello.seen.has(extSessionTicket) && c.cfg.Tickets != nil && c.cfg.allows(Ticket)
	if c.info.Kind == Resumed {
		return nil
	}
	c.info.Kind = Full
	var suite *Suite
	for _, how := range c.strictness() {
		if suite = c.chooseSuite(func(s *Suite) bool { return c.servesClassic(s, how) }); suite != nil {
			break
		}
	}
	if suite == nil {
		return c.noClassicSuite()
	}
	c.useSuite(suite)
	return nil
}

// noClassicSuite says why there is none: a client that names finite-field
// groups, all of them others than ours, is told so.
func (c *Conn) noClassicSuite() error {
	overField := func(s *Suite) bool { return GroupFamily(s.KeyExchange) == kx.Field }
	if c.namesFields() && c.chooseSuite(overField) != nil {
		return noCommonField
	}
	return noCommonSuite
}

// servesClassic says whether the server has what a suite needs: a group, a
// certificate with the right kind of key that fits, and a signature scheme. What it
// found it keeps.
func (c *Conn) servesClassic(s *Suite, how strictness) bool {
	ephemeral := GroupFamily(s.KeyExchange) != 0
	c.info.Group = 0
	if ephemeral {
		if c.info.Group = c.classicGroup(GroupFamily(s.KeyExchange)); c.info.Group == 0 {
			return false
		}
	}
	for _, certificate := range c.cfg.Certificates {
		if certificate.kind != s.KeyType || how.name && !c.suitsName(certificate) || how.curve && !c.namesCurve(certificate.curve) {
			continue
		}
		scheme := c.schemeFor(certificate)
		if scheme != nil || !ephemeral {
			c.info.Certificate, c.hs.scheme = certificate, scheme
			return true
		}
	}
	return false
}

// namesCurve says whether the client knows the curve of a certificate's key.
func (c *Conn) namesCurve(g Group) bool {
	return g == 0 || c.hs.hello.groups == nil || c.hs.hello.groups.Contains(uint16(g))
}

// classicGroup is the server's first group of a family that the client knows.
// A client that names no groups knows all (RFC 8422 §4), and one that names no
// finite-field groups, as if it had never heard of them, all of those (RFC
// 7919 §4).
func (c *Conn) classicGroup(family kx.Family) Group {
	all := c.hs.hello.groups == nil || family == kx.Field && !c.namesFields()
	for _, g := range c.cfg.groups() {
		if g.family() == family && (all || c.hs.hello.groups.Contains(uint16(g))) {
			return g
		}
	}
	return 0
}

// namesFields says whether the client names finite-field groups, known to us
// or not: 256 to 511 are theirs (RFC 7919 §4).
func (c *Conn) namesFields() bool {
	for i := range c.hs.hello.groups.Len() {
		if c.hs.hello.groups.At(i)>>8 == 1 {
			return true
		}
	}
	return false
}

// findSession looks up what a TLS 1.2 client asks to resume: its ticket, or
// its session ID. old asks for a new ticket.
func (c *Conn) findSession() (s session.State, way Resumption, old bool) {
	ok := false
	if len(c.hs.hello.ticket) > 0 {
		if c.cfg.Tickets == nil || !c.cfg.allows(Ticket) {
			return s, 0, false
		}
		raw, old, err := c.cfg.Tickets.Open(c.scratch[:0], c.hs.hello.ticket, c.cfg.Now(), c.count)
		if err != nil {
			return s, 0, false
		}
		if s, ok = c.openState(raw); !ok {
			return s, 0, false
		}
		return s, Ticket, old || s.PastHalf(c.cfg.Now(), c.cfg.ticketLifetime())
	}
	if len(c.resume.id) == 0 || c.cfg.SessionCache == nil || !c.cfg.allows(SessionID) {
		return s, 0, false
	}
	raw, ok := c.cfg.SessionCache.Get(c.scratch[:0], c.resume.id, c.cfg.Now())
	if !ok || s.Parse(raw) != nil {
		return s, 0, false
	}
	return s, SessionID, false
}

// resumeClassic resumes a session if the ClientHello allows it. A session's
// extended master secret must be asked for again (RFC 7627 §5.3), and its
// server name and fragment length must be the same (RFC 6066 §3, §4).
func (c *Conn) resumeClassic(s *session.State, way Resumption) (bool, error) {
	suite := suiteRow(s.Suite)
	switch {
	case s.Version != c.info.Version, suite == nil, !c.cfg.enables(suite.ID),
		!c.hs.hello.Suites.Contains(uint16(s.Suite)), !c.resumesName(s),
		s.Compression != compressNull && !c.info.Compressed, !c.keepsFragment(s):
		return false, nil
	case s.Extended && !c.hs.hello.seen.has(extExtendedMasterSecret):
		return false, masterSecretMismatch
	case s.Extended != c.info.ExtendedMasterSecret:
		return false, nil
	}
	if !c.recall(s) {
		return false, nil
	}
	c.info.Kind, c.info.Resumption = Resumed, way
	c.info.Compressed = s.Compression == compressDeflate
	c.useSuite(suite)
	c.newClassic()
	c.hs.legacy.secrets.Resume(s.Secret)
	return true, nil
}
