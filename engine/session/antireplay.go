package session

import (
	"crypto/sha256"
	"sync"
	"time"
)

// AntiReplay keeps a server from accepting the same early data twice (RFC 9846 §8). Implementations
// are safe for concurrent use.
type AntiReplay interface {
	// Admit reports whether the server may accept the early data of a ClientHello, and remembers
	// the ClientHello if it may.
	Admit(EarlyClientHello) bool
}

// An EarlyClientHello is a ClientHello whose early data the server accepts unless it is a replay.
// Its slices are valid during the call.
type EarlyClientHello struct {
	Ticket []byte // identity of the first PSK
	Binder []byte // that PSK's verified binder; different ClientHellos have different binders

	Now                   time.Time
	FreshFrom, FreshUntil time.Time // when the ClientHello is fresh (RFC 9846 §8.3)
	Issued, Expires       time.Time // lifetime of the ticket
}

// ClientHelloRecording returns an AntiReplay that remembers each ClientHello as long as it is fresh
// (RFC 9846 §8.2). It remembers at most capacity of them, and admits no further one while it is
// full. It rejects a ClientHello that may have been sent before started.
func ClientHelloRecording(capacity int, started time.Time) AntiReplay {
	return &strikeRegister{capacity: capacity, started: started, key: func(h *EarlyClientHello) ([]byte, time.Time, time.Time) {
		return h.Binder, h.FreshFrom, h.FreshUntil
	}}
}

// SingleUseTickets returns an AntiReplay that admits each ticket once (RFC 9846 §8.1). It remembers
// at most capacity tickets until they expire, and admits no further one while it is full. It
// rejects tickets issued before started.
func SingleUseTickets(capacity int, started time.Time) AntiReplay {
	return &strikeRegister{capacity: capacity, started: started, key: func(h *EarlyClientHello) ([]byte, time.Time, time.Time) {
		return h.Ticket, h.Issued, h.Expires
	}}
}

// A strikeRegister admits each key once within the key's time (from, until). It remembers the
// hashes of admitted keys.
type strikeRegister struct {
	capacity int
	started  time.Time
	key      func(*EarlyClientHello) (key []byte, from, until time.Time)

	mu       sync.Mutex
	until    map[[sha256.Size]byte]time.Time
	earliest time.Time // no entry expires before this time
	swept    time.Time // time of the last sweep, which removed all expired entries
}

// Admit rejects a key whose time is over, even if the connection found the ClientHello fresh: the
// register may have forgotten the key.
func (r *strikeRegister) Admit(h EarlyClientHello) bool {
	key, from, until := r.key(&h)
	if from.Before(r.started) || h.Now.After(until) {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	id := sha256.Sum256(key)
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

// sweep removes the expired entries.
func (r *strikeRegister) sweep(now time.Time) {
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
