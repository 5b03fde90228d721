package engine

import (
	"io"

	"tlslab/engine/kx"
)

// acceptLegacy makes the server's choices up to TLS 1.2 (RFC 5246 §7.4.1.3): a session to resume,
// or a suite with its certificate and group.
func (c *Conn) acceptLegacy() error {
	c.info.ExtendedMasterSecret = c.hs.hello.seen.has(extExtendedMasterSecret) && !c.cfg.NoExtendedMasterSecret
	if err := c.lookUpServerName(); err != nil {
		return err
	}
	if err := c.chooseALPN(); err != nil {
		return err
	}
	sendTicket := true
	if s, mechanism, renew := c.findSession(); mechanism != 0 {
		resumed, err := c.resumeLegacy(&s, mechanism)
		if err != nil {
			return err
		}
		sendTicket = !resumed || renew
	}
	c.hs.ticketPromised = sendTicket && c.hs.hello.seen.has(extSessionTicket) && c.cfg.Tickets != nil && c.cfg.allowsResumption(Ticket)
	if c.info.Kind == Resumed {
		return nil
	}
	c.info.Kind = Full
	var suite *Suite
	for _, match := range c.cfg.matches() {
		if suite = c.chooseSuite(func(s *Suite) bool { return c.canServeLegacy(s, match) }); suite != nil {
			break
		}
	}
	if suite == nil {
		return c.explainNoLegacySuite()
	}
	c.useSuite(suite)
	return nil
}

// explainNoLegacySuite returns why no suite fits. A client that offers DHE suites but none of the
// server's FFDHE groups gets insufficient_security (RFC 7919 §4).
func (c *Conn) explainNoLegacySuite() error {
	overField := func(s *Suite) bool { return GroupFamily(s.KeyExchange) == kx.Field }
	if c.hs.hello.namesFFDHEGroups() && c.chooseSuite(overField) != nil {
		return noCommonFFDHEGroup
	}
	return noCommonSuite
}

// canServeLegacy reports whether the server has what a suite needs: a common group, a matching
// certificate with the suite's type of key, and a signature scheme. It sets the group, the
// certificate and the scheme that it finds.
func (c *Conn) canServeLegacy(s *Suite, match certificateMatch) bool {
	ephemeral := GroupFamily(s.KeyExchange) != 0
	c.info.Group = 0
	if ephemeral {
		if c.info.Group = c.cfg.legacyGroup(&c.hs.hello, GroupFamily(s.KeyExchange)); c.info.Group == 0 {
			return false
		}
	}
	for _, certificate := range c.cfg.Certificates {
		if certificate.keyType != s.KeyType || match.name && !c.matchesServerName(certificate) || match.curve && !c.hs.hello.namesCurve(certificate.curve) {
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

// namesCurve reports whether the client supports the curve of a certificate's key; 0 is a key
// without a curve.
func (h *clientHello) namesCurve(g Group) bool {
	return g == 0 || h.groups == nil || h.groups.Contains(uint16(g))
}

// legacyGroup returns the server's first group of a family that the client supports; 0 if there is
// none. A client without supported_groups supports all groups (RFC 8422 §4). A client whose
// supported_groups has no FFDHE group supports all FFDHE groups (RFC 7919 §4).
func (cfg *Config) legacyGroup(h *clientHello, family kx.Family) Group {
	all := h.groups == nil || family == kx.Field && !h.namesFFDHEGroups()
	for _, g := range cfg.groups() {
		if g.family() == family && (all || h.groups.Contains(uint16(g))) {
			return g
		}
	}
	return 0
}

// namesFFDHEGroups reports whether supported_groups has an FFDHE group, known or unknown: numbers
// 256 to 511 (RFC 7919 §4).
func (h *clientHello) namesFFDHEGroups() bool {
	for i := range h.groups.Len() {
		if h.groups.At(i)>>8 == 1 {
			return true
		}
	}
	return false
}

// newSessionID decides on the session ID of a ServerHello up to TLS 1.2: the client's if its
// session is resumed (RFC 5246 §7.3, RFC 5077 §3.4), a new one if the server caches the session,
// or none.
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
