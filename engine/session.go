package engine

import "time"

// A Session is what a client keeps to resume a connection. It may be shared
// by connections; each takes one TLS 1.3 ticket from it.
type Session struct{}

// Version returns the version that the session can be resumed in.
func (s *Session) Version() Version { return 0 }

// Tickets returns the number of unused tickets; for session IDs and TLS
// 1.2's tickets, which may be used again, it is 1.
func (s *Session) Tickets() int { return 0 }

// A SessionCache is a server's memory of sessions under their session IDs
// (RFC 5246 §F.1.4). Calls come from any connection that uses it.
type SessionCache interface {
	// Put keeps state under id. The cache owns neither slice and copies
	// what it keeps.
	Put(id, state []byte, now time.Time)
	// Get appends the state to dst, and reports whether there was one that
	// has not expired.
	Get(dst, id []byte, now time.Time) ([]byte, bool)
	// Delete forgets a session, after a fatal alert (RFC 5246 §7.2.2).
	Delete(id []byte)
}

// NewSessionCache returns a cache of at most capacity sessions that forgets
// the oldest first, and each after lifetime.
func NewSessionCache(capacity int, lifetime time.Duration) SessionCache { return nil }

// TicketKeys seal a server's tickets (RFC 5077 §4).
type TicketKeys struct{}

// NewTicketKeys derives the sealing key from a secret. Tickets sealed under
// the secrets of previous are still opened.
func NewTicketKeys(secret [32]byte, previous ...[32]byte) *TicketKeys { return nil }
