package engine

import (
	"container/list"
	"sync"
	"time"
)

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

// NewSessionCache returns a cache of at most capacity sessions that forgets the
// one first that was not used for longest, and each after lifetime.
func NewSessionCache(capacity int, lifetime time.Duration) SessionCache {
	return &sessionCache{capacity: capacity, lifetime: lifetime, byID: map[string]*list.Element{}}
}

type sessionCache struct {
	capacity int
	lifetime time.Duration

	mu   sync.Mutex
	byID map[string]*list.Element
	used list.List // of *cachedSession, the longest unused first
}

type cachedSession struct {
	id      string
	state   []byte
	expires time.Time
}

func (s *sessionCache) Put(id, state []byte, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e, ok := s.byID[string(id)]; ok {
		s.remove(e)
	}
	for s.used.Len() >= max(s.capacity, 1) {
		s.remove(s.used.Front())
	}
	entry := &cachedSession{string(id), append([]byte(nil), state...), now.Add(s.lifetime)}
	s.byID[entry.id] = s.used.PushBack(entry)
}

func (s *sessionCache) Get(dst, id []byte, now time.Time) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.byID[string(id)]
	if !ok {
		return dst, false
	}
	entry := e.Value.(*cachedSession)
	if now.After(entry.expires) {
		s.remove(e)
		return dst, false
	}
	s.used.MoveToBack(e)
	return append(dst, entry.state...), true
}

func (s *sessionCache) Delete(id []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e, ok := s.byID[string(id)]; ok {
		s.remove(e)
	}
}

func (s *sessionCache) remove(e *list.Element) {
	delete(s.byID, e.Value.(*cachedSession).id)
	s.used.Remove(e)
}
