package engine

import (
	"crypto/sha256"
	"sync"
	"time"
)

// An EarlyGuard keeps early data from being replayed (RFC 9846 §8). Calls come from
// any connection that uses it.
type EarlyGuard interface {
	// Admit says whether the early data of a ClientHello may be accepted, and
	// remembers those that may.
	Admit(EarlyHello) bool
}

// An EarlyHello is a ClientHello whose early data could be accepted but for a
// replay. Its slices are valid during the call.
type EarlyHello struct {
	Ticket []byte // the first PSK's identity
	Binder []byte // of that PSK, verified: no two ClientHellos have the same

	Now         time.Time
	From, Until time.Time // when it is fresh; outside it is rejected for its age

	Issued, Expires time.Time // of the ticket
}

// RecordHellos returns a guard that remembers each ClientHello while it is fresh
// (RFC 9846 §8.2), at most capacity of them: where it is full it admits no more. It
// began to watch at started, and admits nothing that may have come before.
func RecordHellos(capacity int, started time.Time) EarlyGuard {
	return &earlyRecord{capacity: capacity, started: started, key: func(h *EarlyHello) ([]byte, time.Time, time.Time) {
		return h.Binder, h.From, h.Until
	}}
}

// SingleUseTickets returns a guard that admits each ticket once in its life (RFC
// 9846 §8.1), and remembers at most capacity of them: where it is full it admits no
// more. It began to watch at started, and admits no ticket that is older.
func SingleUseTickets(capacity int, started time.Time) EarlyGuard {
	return &earlyRecord{capacity: capacity, started: started, key: func(h *EarlyHello) ([]byte, time.Time, time.Time) {
		return h.Ticket, h.Issued, h.Expires
	}}
}

// An earlyRecord remembers the hashes of what may come once.
type earlyRecord struct {
	capacity int
	started  time.Time
	key      func(*EarlyHello) (name []byte, from, until time.Time)

	mu       sync.Mutex
	until    map[[sha256.Size]byte]time.Time
	earliest time.Time // no entry ends before
	swept    time.Time // what ended before is forgotten
}

// Admit refuses what is over even though a connection with another reading of the
// clock found it fresh: it may have been forgotten.
func (r *earlyRecord) Admit(h EarlyHello) bool {
	name, from, until := r.key(&h)
	if from.Before(r.started) || h.Now.After(until) {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	id := sha256.Sum256(name)
	if _, known := r.until[id]; known || until.Before(r.swept) {
		return false
	}
	if len(r.until) >= r.capacity {
		if h.Now.After(r.earliest) {
			r.sweep(h.Now)
		}
		if len(r.until) >= r.capacity {
			return false
		}
	}
	if len(r.until) == 0 {
		r.until = map[[sha256.Size]byte]time.Time{}
		r.earliest = until
	}
	if until.Before(r.earliest) {
		r.earliest = until
	}
	r.until[id] = until
	return true
}

// sweep forgets what cannot come any more.
func (r *earlyRecord) sweep(now time.Time) {
	r.swept = now
	first := true
	for id, end := range r.until {
		switch {
		case now.After(end):
			delete(r.until, id)
		case first || end.Before(r.earliest):
			r.earliest, first = end, false
		}
	}
}
