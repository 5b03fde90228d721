package engine

import (
	"io"

	"tlslab/engine/kx"
)

// acceptLegacy makes the choices up to TLS 1.2 (RFC 5246 §7.4.1.3): a session to
// resume, or a suite with its certificate and group.
func (c *Conn) acceptLegacy() error {
	c.info.ExtendedMasterSecret = c.hs.hello.seen.has(extExtendedMasterSecret) && !c.cfg.NoExtendedMasterSecret
	if err := c.lookUpServerName(); err != nil {
		return err
	}
	if err := c.chooseALPN(); err != nil {
		return err
	}
	renewKeys := true
	if s, way, old := c.findSession(); way != 0 {
		resumed, err := c.resumeLegacy(&s, way)
		if err != nil {
			return err
		}
		renewKeys = !resumed || old
	}
	c.hs.ticketPromised = renewKeys && c.hs.hello.seen.has(extSessionTicket) && c.cfg.Tickets != nil && c.cfg.allowsResumption(Ticket)
	if c.info.Kind == Resumed {
		return nil
	}
	c.info.Kind = Full
	var suite *Suite
	for _, how := range c.certificateMatch() {
		if suite = c.chooseSuite(func(s *Suite) bool { return c.canServeLegacy(s, how) }); suite != nil {
			break
		}
	}
	if suite == nil {
		return c.explainNoLegacySuite()
	}
	c.useSuite(suite)
	return nil
}

// explainNoLegacySuite says why there is none: a client that names finite-field
// groups, all of them others than ours, is told so.
func (c *Conn) explainNoLegacySuite() error {
	overField := func(s *Suite) bool { return GroupFamily(s.KeyExchange) == kx.Field }
	if c.hs.hello.namesFFDHEGroups() && c.chooseSuite(overField) != nil {
		return noCommonFFDHEGroup
	}
	return noCommonSuite
}

// canServeLegacy says whether the server has what a suite needs: a group, a
// certificate with the right kind of key that fits, and a signature scheme. What it
// found it keeps.
func (c *Conn) canServeLegacy(s *Suite, how certificateMatch) bool {
	ephemeral := GroupFamily(s.KeyExchange) != 0
	c.info.Group = 0
	if ephemeral {
		if c.info.Group = c.legacyGroup(GroupFamily(s.KeyExchange)); c.info.Group == 0 {
			return false
		}
	}
	for _, certificate := range c.cfg.Certificates {
		if certificate.kind != s.KeyType || how.name && !c.matchesServerName(certificate) || how.curve && !c.hs.hello.namesCurve(certificate.curve) {
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
func (h *clientHello) namesCurve(g Group) bool {
	return g == 0 || h.groups == nil || h.groups.Contains(uint16(g))
}

// legacyGroup is the server's first group of a family that the client knows.
// A client that names no groups knows all (RFC 8422 §4), and one that names no
// finite-field groups, as if it had never heard of them, all of those (RFC
// 7919 §4).
func (c *Conn) legacyGroup(family kx.Family) Group {
	all := c.hs.hello.groups == nil || family == kx.Field && !c.hs.hello.namesFFDHEGroups()
	for _, g := range c.cfg.groups() {
		if g.family() == family && (all || c.hs.hello.groups.Contains(uint16(g))) {
			return g
		}
	}
	return 0
}

// namesFFDHEGroups says whether the client names finite-field groups, known to us
// or not: 256 to 511 are theirs (RFC 7919 §4).
func (h *clientHello) namesFFDHEGroups() bool {
	for i := range h.groups.Len() {
		if h.groups.At(i)>>8 == 1 {
			return true
		}
	}
	return false
}

// newSessionID settles the session ID of a ServerHello up to TLS 1.2: the client's
// where its session is resumed (RFC 5246 §7.3, RFC 5077 §3.4), a new one
// where the session is going to be kept, or none.
func (c *Conn) newSessionID() error {
	switch {
	case c.info.Kind == Resumed:
		return nil
	case c.hs.ticketPromised || c.cfg.SessionCache == nil || !c.cfg.allowsResumption(SessionID):
		c.resume.id = nil
		return nil
	}
	c.resume.id = c.resume.idStore[:]
	_, err := io.ReadFull(c.cfg.Rand, c.resume.id)
	return err
}
