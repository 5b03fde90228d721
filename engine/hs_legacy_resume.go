package engine

import (
	"time"

	"tlslab/engine/session"
	"tlslab/engine/wire"
)

// findSession looks up the session that a client up to TLS 1.2 offers: by its ticket, or by its
// session ID. mechanism is 0 if the server has no such session. renew reports whether the client
// should get a new ticket.
func (c *Conn) findSession() (s session.State, mechanism Resumption, renew bool) {
	ok := false
	if len(c.hs.hello.ticket) > 0 {
		if c.cfg.Tickets == nil || !c.cfg.allowsResumption(Ticket) {
			return s, 0, false
		}
		raw, renew, err := c.cfg.Tickets.Open(c.scratch[:0], c.hs.hello.ticket, c.cfg.Now(), c.count)
		if err != nil {
			return s, 0, false
		}
		if s, ok = c.cfg.openState(raw); !ok {
			return s, 0, false
		}
		return s, Ticket, renew || s.PastHalf(c.cfg.Now(), c.cfg.ticketLifetime())
	}
	if len(c.resume.id) == 0 || c.cfg.SessionCache == nil || !c.cfg.allowsResumption(SessionID) {
		return s, 0, false
	}
	raw, ok := c.cfg.SessionCache.Get(c.scratch[:0], c.resume.id, c.cfg.Now())
	if !ok || s.Parse(raw) != nil {
		return s, 0, false
	}
	return s, SessionID, false
}

// resumeLegacy resumes a session if the ClientHello allows it. The client must offer the session's
// extended_master_secret again (RFC 7627 §5.3), and its server_name and max_fragment_length must
// be the same (RFC 6066 §3, §4).
func (c *Conn) resumeLegacy(s *session.State, mechanism Resumption) (bool, error) {
	suite := suiteRow(s.Suite)
	switch {
	case s.Version != c.info.Version, suite == nil, !c.cfg.enablesSuite(suite.ID),
		!c.hs.hello.Suites.Contains(uint16(s.Suite)), !c.info.sameServerName(s),
		s.Compression != compressNull && !c.info.Compressed, !c.sizes.sameMaxFragment(s):
		return false, nil
	case s.Extended && !c.hs.hello.seen.has(extExtendedMasterSecret):
		return false, masterSecretMismatch
	case s.Extended != c.info.ExtendedMasterSecret:
		return false, nil
	}
	if !c.restorePeer(s) {
		return false, nil
	}
	c.info.Kind, c.info.Resumption = Resumed, mechanism
	c.info.Compressed = s.Compression == compressDeflate
	c.useSuite(suite)
	c.newLegacySecrets()
	c.hs.legacy.secrets.Resume(s.Secret)
	return true, nil
}

// writeLegacyTicket seals the session into a NewSessionTicket up to TLS 1.2 (RFC 5077 §3.3). The
// ticket is empty if the session is not resumable.
func writeLegacyTicket(c *Conn, dst []byte) ([]byte, error) {
	if !c.info.resumable() {
		m := wire.NewSessionTicketMsg{}
		return m.Append(dst), nil
	}
	state := c.appendState(c.scratch[:0], c.hs.legacy.secrets.Master(), session.EarlyDataTerms{})
	ticket, err := c.cfg.Tickets.Seal(c.ticketStore[:0], state, c.cfg.Now(), c.cfg.Rand, c.count)
	if err != nil {
		return nil, err
	}
	c.info.TicketsSent++
	m := wire.NewSessionTicketMsg{Lifetime: uint32(c.cfg.ticketLifetime() / time.Second), Ticket: ticket}
	return m.Append(dst), nil
}

func readLegacyTicket(c *Conn, body []byte) error {
	var m wire.NewSessionTicketMsg
	if err := m.Parse(body); err != nil {
		return err
	}
	c.info.TicketsReceived++
	if len(m.Ticket) > 0 && c.cfg.allowsResumption(Ticket) {
		c.keepLegacySession(m.Ticket, time.Duration(m.Lifetime)*time.Second)
	}
	return nil
}

// invalidateSession invalidates the session if an established connection fails, up to TLS 1.2 and
// on both sides (RFC 5246 §7.2.2). It keeps the session if a handshake fails: anybody who has seen
// the session ID can make a handshake fail.
func (c *Conn) invalidateSession() {
	switch {
	case !c.info.Done || c.info.Version == TLS13:
	case c.side == server && c.cfg.SessionCache != nil && len(c.resume.id) > 0:
		c.cfg.SessionCache.Delete(c.resume.id)
	case c.side == client:
		for _, s := range []*session.Session{c.resume.session, c.resume.offer.session} {
			if s != nil && (s == c.resume.session || c.info.Kind == Resumed) {
				s.Invalidate()
			}
		}
	}
}
