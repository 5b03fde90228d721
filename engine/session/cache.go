package session

import (
	"container/list"
	"sync"
	"time"
)

// A Cache keeps a server's sessions under their session IDs (RFC 5246 §F.1.4). Implementations are
// safe for concurrent use.
type Cache interface {
	// Put keeps state under id. The caller reuses both slices after the call.
	Put(id, state []byte, now time.Time)
	// Get appends the state kept under id to dst. It returns dst unchanged and false if there is no
	// such state or it has expired.
	Get(dst, id []byte, now time.Time) ([]byte, bool)
	// Delete removes the session of a connection that ended by a fatal alert (RFC 5246 §7.2.2).
	Delete(id []byte)
}

// NewCache returns a Cache in memory. It holds at most capacity sessions, at least one, and drops
// the least recently used first. A session expires a lifetime after it was put.
func NewCache(capacity int, lifetime time.Duration) Cache {
	return &lruCache{capacity: max(capacity, 1), lifetime: lifetime, byID: map[string]*list.Element{}}
}

type lruCache struct {
	capacity int
	lifetime time.Duration

	mu   sync.Mutex
	byID map[string]*list.Element
	used list.List // of *cached, the least recently used first
}

type cached struct {
	id      string
	state   []byte
	expires time.Time
}

func (c *lruCache) Put(id, state []byte, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.byID[string(id)]; ok {
		c.remove(e)
	}
	for c.used.Len() >= c.capacity {
		c.remove(c.used.Front())
	}
	entry := &cached{string(id), append([]byte(nil), state...), now.Add(c.lifetime)}
	c.byID[entry.id] = c.used.PushBack(entry)
}

func (c *lruCache) Get(dst, id []byte, now time.Time) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byID[string(id)]
	if !ok {
		return dst, false
	}
	entry := e.Value.(*cached)
	if now.After(entry.expires) {
		c.remove(e)
		return dst, false
	}
	c.used.MoveToBack(e)
	return append(dst, entry.state...), true
}

func (c *lruCache) Delete(id []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.byID[string(id)]; ok {
		c.remove(e)
	}
}

func (c *lruCache) remove(e *list.Element) {
	delete(c.byID, e.Value.(*cached).id)
	c.used.Remove(e)
}
