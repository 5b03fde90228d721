package session

import (
	"sync"
	"sync/atomic"
	"time"

	"tlslab/engine/pki"
	"tlslab/engine/protocol"
)

// A Session is the state that a client keeps to resume a connection later. Any number of
// connections may share it concurrently. Its exported fields must not change once a connection uses
// it.
type Session struct {
	Version    protocol.Version
	Suite      protocol.SuiteID
	ServerName string
	ALPN       string // the application protocol; "" is none

	ExtendedMasterSecret bool // RFC 7627; always true in TLS 1.3
	Compressed           bool // DEFLATE, RFC 3749
	ClientAuthenticated  bool // the client has proved that it holds a certificate's key

	// ToleratedFaults are the faults of the server's chain that the client tolerated.
	ToleratedFaults pki.ChainFault

	// max_fragment_length in bytes, as requested and as granted; 0 is none. It holds for every
	// connection that resumes the session (RFC 6066 §4).
	MaxFragmentRequested, MaxFragment int

	// Up to TLS 1.2. ID is nil if the server sent a ticket, and SessionTicket if it did not.
	ID            []byte
	SessionTicket []byte
	MasterSecret  []byte
	Expires       time.Time

	invalid atomic.Bool

	mu      sync.Mutex
	tickets []Ticket // TLS 1.3's, the oldest first
}

// A Ticket is a NewSessionTicket of TLS 1.3 as the client keeps it (RFC 9846 §4.7.1).
type Ticket struct {
	Identity []byte // the PSK's identity: the ticket itself
	PSK      []byte
	AgeAdd   uint32 // ticket_age_add, in milliseconds
	Received time.Time
	Lifetime time.Duration

	MaxEarlyData uint32 // max_early_data_size in bytes; 0: the ticket allows no early data
	MaxPlaintext int    // bytes of plaintext that the server accepts in a record of early data
}

// maxTickets bounds the tickets of one Session; the oldest are dropped first.
const maxTickets = 32

// Longest lifetimes: of a ticket (RFC 9846 §4.7.1) and of a session ID (RFC 5246 §F.1.4).
const (
	MaxTicketLifetime    = 7 * 24 * time.Hour
	MaxSessionIDLifetime = 24 * time.Hour
)

// TicketCount returns how many connections the session can still resume if each uses one ticket.
// It is 1 up to TLS 1.2, where a session ID or ticket may be used any number of times.
func (s *Session) TicketCount() int {
	if s.Version != protocol.TLS13 {
		return 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.tickets)
}

// AddTicket keeps a ticket of TLS 1.3. A Session keeps the 32 newest.
func (s *Session) AddTicket(t Ticket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.tickets) == maxTickets {
		s.tickets = s.tickets[1:] // not in place: a connection may hold a slice from TakeTickets
	}
	s.tickets = append(s.tickets, t)
}

// TakeTickets returns the n oldest tickets that have not expired, or fewer if there are fewer. It
// removes them from the session unless reuse is true.
func (s *Session) TakeTickets(n int, now time.Time, reuse bool) []Ticket {
	s.mu.Lock()
	defer s.mu.Unlock()
	alive := func(t *Ticket) bool { return now.Sub(t.Received) <= t.Lifetime }
	for len(s.tickets) > 0 && !alive(&s.tickets[0]) {
		s.tickets = s.tickets[1:]
	}
	k := 0
	for k < len(s.tickets) && k < n && alive(&s.tickets[k]) {
		k++
	}
	taken := s.tickets[:k:k]
	if !reuse {
		s.tickets = s.tickets[k:]
	}
	return taken
}

// Invalidate marks the session as not resumable: a connection up to TLS 1.2 has failed (RFC 5246
// §7.2.2).
func (s *Session) Invalidate() { s.invalid.Store(true) }

// Valid reports whether Invalidate has not been called.
func (s *Session) Valid() bool { return !s.invalid.Load() }
