package engine

import (
	"sync"
	"sync/atomic"
	"time"

	"tlslab/engine/pki"
	"tlslab/engine/wire"
)

// A Session is what a client keeps to resume a connection. It may be shared
// by connections; each takes one TLS 1.3 ticket from it.
type Session struct {
	version         Version
	suite           SuiteID
	serverName      string
	alpn            string
	extended        bool
	compressed      bool
	asked           int  // the max_fragment_length that the client asked for
	fragment        int  // and what was granted
	authenticated   bool // the client has shown a certificate
	toleratedFaults pki.ChainFault
	id, identity    []byte // TLS 1.2: the session ID, or the ticket
	secret          []byte // TLS 1.2: the master secret
	expires         time.Time

	failed atomic.Bool // up to TLS 1.2: a connection of it has failed

	mu      sync.Mutex
	tickets []pskTicket
}

// A pskTicket is one TLS 1.3 ticket with what the client knows about it.
type pskTicket struct {
	identity []byte
	psk      []byte
	ageAdd   uint32
	received time.Time
	lifetime time.Duration

	maxEarly  uint32 // bytes of early data that the server accepts
	mostPlain int    // bytes of plaintext that it accepts in a record
}

// maxTickets bounds what one Session keeps; the oldest go first.
const maxTickets = 32

// maxTicketLifetime is RFC 9846 §4.7.1's, and maxIDLifetime RFC 5246 §F.1.4's.
const (
	maxTicketLifetime = 7 * 24 * time.Hour
	maxIDLifetime     = 24 * time.Hour
)

// Version returns the version that the session can be resumed in.
func (s *Session) Version() Version { return s.version }

// Tickets returns the number of unused tickets; for session IDs and TLS
// 1.2's tickets, which may be used again, it is 1.
func (s *Session) Tickets() int {
	if s.version != TLS13 {
		return 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.tickets)
}

func (s *Session) put(t pskTicket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.tickets) == maxTickets {
		s.tickets = s.tickets[1:] // those that were taken stay where they are
	}
	s.tickets = append(s.tickets, t)
}

// take returns the n oldest tickets that are alive, or fewer, and forgets them
// unless reuse is allowed.
func (s *Session) take(n int, now time.Time, reuse bool) []pskTicket {
	s.mu.Lock()
	defer s.mu.Unlock()
	alive := func(t pskTicket) bool { return now.Sub(t.received) <= t.lifetime }
	for len(s.tickets) > 0 && !alive(s.tickets[0]) {
		s.tickets = s.tickets[1:]
	}
	k := 0
	for k < len(s.tickets) && k < n && alive(s.tickets[k]) {
		k++
	}
	taken := s.tickets[:k:k]
	if !reuse {
		s.tickets = s.tickets[k:]
	}
	return taken
}

// keepClassic makes a TLS 1.2 connection's session, from its ticket or its
// session ID.
func (c *Conn) keepClassic(identity []byte, lifetime time.Duration) {
	if lifetime == 0 || lifetime > maxTicketLifetime {
		lifetime = maxTicketLifetime
	}
	c.session = &Session{
		version:    c.info.Version,
		suite:      c.info.Suite.ID,
		serverName: c.info.ServerName,
		alpn:       c.info.ALPN,
		extended:   c.info.ExtendedMasterSecret,
		compressed: c.info.Compressed,
		asked:      c.cfg.MaxFragment,
		fragment:   c.info.MaxFragment,
		secret:     append([]byte(nil), c.classic.secrets.Master()...),
		expires:    c.cfg.Now().Add(lifetime),

		authenticated:   c.info.ClientAuthenticated,
		toleratedFaults: c.info.ToleratedFaults,
	}
	if identity != nil {
		c.session.identity = append([]byte(nil), identity...)
	} else {
		c.session.id = append([]byte(nil), c.sessionID...)
	}
	c.newSession = true
}

// keepTicket adds a TLS 1.3 ticket to the connection's session.
func (c *Conn) keepTicket(m *wire.Ticket13Msg) {
	if c.session == nil {
		c.session = &Session{
			version:    TLS13,
			suite:      c.info.Suite.ID,
			serverName: c.info.ServerName,
			alpn:       c.info.ALPN,
			extended:   true,
			asked:      c.cfg.MaxFragment,
			fragment:   c.info.MaxFragment,

			authenticated:   c.info.ClientAuthenticated,
			toleratedFaults: c.info.ToleratedFaults,
		}
	}
	t := pskTicket{
		identity: append([]byte(nil), m.Ticket...),
		psk:      make([]byte, c.hash.Size),
		ageAdd:   m.AgeAdd,
		received: c.cfg.Now(),
		lifetime: time.Duration(m.Lifetime) * time.Second,

		maxEarly:  ticketLimit(m.Extensions),
		mostPlain: c.out.Plaintext(),
	}
	c.modern.schedule.PSK(t.psk, c.modern.resumption[:c.hash.Size], m.Nonce)
	c.session.put(t)
	c.newSession = true
}

// An offer is what a ClientHello offers to resume.
type offer struct {
	session *Session // nil: nothing
	classic bool     // the session is TLS 1.2's
	tickets []pskTicket
	hash    string // the PSKs' hash
}

// chooseOffer decides what Config.Session is good for on this connection.
func (c *Conn) chooseOffer() {
	s := c.cfg.Session
	now := c.cfg.Now()
	if s == nil || s.version < c.cfg.minVersion() || s.version > c.cfg.maxVersion() || !pki.SameHost(s.serverName, c.info.ServerName) ||
		s.toleratedFaults&^c.cfg.acceptedFaults() != 0 {
		return
	}
	if s.failed.Load() || s.asked != c.cfg.MaxFragment {
		return // the length holds for a session and all that resume it (RFC 6066 §4)
	}
	suite, _ := SuiteByID(s.suite)
	if s.version != TLS13 {
		way := SessionID
		if s.identity != nil {
			way = Ticket
		}
		// A session with extended master secret wants the extension again
		// (RFC 7627 §5.3).
		given := s.extended && c.cfg.NoExtendedMasterSecret
		if c.cfg.allows(way) && (!s.compressed || c.offersCompression()) && c.cfg.enables(s.suite) && !now.After(s.expires) && !given {
			c.offer = offer{session: s, classic: true}
		}
		return
	}
	if !c.cfg.allows(PSKDHE) && !c.cfg.allows(PSK) || !c.cfg.enablesHash(suite.Hash) {
		return
	}
	if t := s.take(max(c.cfg.TicketsOffered, 1), now, c.cfg.ReuseTickets); len(t) > 0 {
		c.offer = offer{session: s, tickets: t, hash: suite.Hash}
		c.offerEarly()
	}
}
