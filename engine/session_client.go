package engine

import (
	"time"

	"tlslab/engine/pki"
	"tlslab/engine/session"
	"tlslab/engine/wire"
)

// The session that a client keeps to resume a connection, and the session that it offers.

// keepLegacySession makes the session of a connection up to TLS 1.2, from its ticket or its
// session ID.
func (c *Conn) keepLegacySession(ticket []byte, lifetime time.Duration) {
	if lifetime == 0 || lifetime > session.MaxTicketLifetime {
		lifetime = session.MaxTicketLifetime
	}
	s := c.newSession()
	s.MasterSecret = append([]byte(nil), c.hs.legacy.secrets.Master()...)
	s.Expires = c.cfg.Now().Add(lifetime)
	if ticket != nil {
		s.SessionTicket = append([]byte(nil), ticket...)
	} else {
		s.ID = append([]byte(nil), c.resume.id...)
	}
	c.resume.session, c.resume.isNew = s, true
}

// newSession returns a session with what this handshake has negotiated.
func (c *Conn) newSession() *session.Session {
	return &session.Session{
		Version:              c.info.Version,
		Suite:                c.info.Suite.ID,
		ServerName:           c.info.ServerName,
		ALPN:                 c.info.ALPN,
		ExtendedMasterSecret: c.info.ExtendedMasterSecret,
		Compressed:           c.info.Compressed,
		MaxFragmentRequested: c.cfg.MaxFragment,
		MaxFragment:          c.info.MaxFragment,
		ClientAuthenticated:  c.info.ClientAuthenticated,
		ToleratedFaults:      c.info.ToleratedFaults,
	}
}

// keepTicket adds a TLS 1.3 ticket to the session of the connection.
func (c *Conn) keepTicket(m *wire.NewSessionTicket13Msg) {
	if c.resume.session == nil {
		c.resume.session = c.newSession()
	}
	t := session.Ticket{
		Identity: append([]byte(nil), m.Ticket...),
		PSK:      make([]byte, c.hash.Size),
		AgeAdd:   m.AgeAdd,
		Received: c.cfg.Now(),
		Lifetime: time.Duration(m.Lifetime) * time.Second,

		MaxEarlyData: maxEarlyDataSize(m.Extensions),
		MaxPlaintext: c.out.half.MaxPlaintext(),
	}
	c.tls13.schedule.PSK(t.PSK, c.tls13.resumption[:c.hash.Size], m.Nonce)
	c.resume.session.AddTicket(t)
	c.resume.isNew = true
}

// An offer is the session, with its tickets, that a ClientHello offers to resume.
type offer struct {
	session *session.Session // nil: none
	legacy  bool             // the session is of TLS 1.2 or lower
	tickets []session.Ticket
	hash    string // of the PSKs
}

// chooseOffer sets the offer if this connection can resume Config.Session.
func (c *Conn) chooseOffer() {
	s := c.cfg.Session
	now := c.cfg.Now()
	if s == nil || s.Version < c.cfg.minVersion() || s.Version > c.cfg.maxVersion() || !pki.SameDNSName(s.ServerName, c.info.ServerName) ||
		s.ToleratedFaults&^c.cfg.acceptedFaults() != 0 {
		return
	}
	if !s.Valid() || s.MaxFragmentRequested != c.cfg.MaxFragment {
		return // max_fragment_length belongs to the session (RFC 6066 §4)
	}
	suite := suiteRow(s.Suite)
	if s.Version != TLS13 {
		mechanism := SessionID
		if s.SessionTicket != nil {
			mechanism = Ticket
		}
		// The client must offer the session's extended_master_secret again (RFC 7627 §5.3).
		without := s.ExtendedMasterSecret && c.cfg.NoExtendedMasterSecret
		if c.cfg.allowsResumption(mechanism) && (!s.Compressed || c.cfg.offersCompression()) && c.cfg.enablesSuite(s.Suite) && !now.After(s.Expires) && !without {
			c.resume.offer = offer{session: s, legacy: true}
		}
		return
	}
	if suite == nil || !c.cfg.allowsResumption(PSKDHE) && !c.cfg.allowsResumption(PSK) || !c.cfg.enablesHash(suite.Hash) {
		return
	}
	if t := s.TakeTickets(max(c.cfg.TicketsOffered, 1), now, c.cfg.ReuseTickets); len(t) > 0 {
		c.resume.offer = offer{session: s, tickets: t, hash: suite.Hash}
		c.offerEarlyData()
	}
}
