package session_test

import (
	"fmt"
	"testing"
	"time"

	"tlslab/engine/protocol"
	"tlslab/engine/session"
)

var testTime = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

func TestSessionKeepsTheNewestTickets(t *testing.T) {
	const kept = 32
	s := &session.Session{Version: protocol.TLS13}
	for i := range kept + 5 {
		s.AddTicket(session.Ticket{Identity: []byte{byte(i)}, Received: testTime, Lifetime: time.Hour})
	}
	if s.TicketCount() != kept {
		t.Errorf("%d tickets are kept", s.TicketCount())
	}
	if got := s.TakeTickets(2, testTime, false); len(got) != 2 || got[0].Identity[0] != 5 || got[1].Identity[0] != 6 {
		t.Errorf("the oldest tickets kept are %v", got)
	}
	if s.TicketCount() != kept-2 {
		t.Errorf("%d tickets are left of %d after two were taken", s.TicketCount(), kept)
	}
}

func TestTicketsExpire(t *testing.T) {
	s := &session.Session{Version: protocol.TLS13}
	for i, lifetime := range []time.Duration{time.Minute, time.Hour, time.Minute, time.Hour} {
		s.AddTicket(session.Ticket{Identity: []byte{byte(i)}, Received: testTime, Lifetime: lifetime})
	}
	now := testTime.Add(30 * time.Minute)
	if got := s.TakeTickets(4, now, true); len(got) != 1 || got[0].Identity[0] != 1 {
		t.Errorf("before an expired ticket: %v", got)
	}
	if got := s.TakeTickets(4, now, false); len(got) != 1 {
		t.Errorf("a ticket that may be reused is gone: %v", got)
	}
	if got := s.TakeTickets(4, now, false); len(got) != 1 || got[0].Identity[0] != 3 {
		t.Errorf("after an expired ticket: %v", got)
	}
	if got := s.TakeTickets(4, now, false); len(got) != 0 {
		t.Errorf("an empty session has %v", got)
	}
}

func TestSessionsUpToTLS12CountAsOneTicket(t *testing.T) {
	s := &session.Session{Version: protocol.TLS12}
	if s.TicketCount() != 1 || !s.Valid() {
		t.Errorf("%d tickets, valid %v", s.TicketCount(), s.Valid())
	}
	if s.Invalidate(); s.Valid() {
		t.Error("an invalidated session is valid")
	}
}

func TestCacheIsBounded(t *testing.T) {
	c := session.NewCache(3, time.Hour)
	id := func(i int) []byte { return fmt.Append(nil, "session ", i) }
	for i := range 5 {
		c.Put(id(i), []byte{byte(i)}, testTime.Add(time.Duration(i)*time.Minute))
	}
	have := func(i int, now time.Time) bool {
		got, ok := c.Get([]byte("x"), id(i), now)
		return ok && string(got) == "x"+string(rune(i))
	}
	for i := range 5 {
		if got := have(i, testTime); got != (i >= 2) {
			t.Errorf("session %d of 5 in a cache of 3: %v", i, got)
		}
	}
	if have(2, testTime.Add(63*time.Minute)) || !have(4, testTime.Add(63*time.Minute)) {
		t.Error("a session does not expire an hour after it was put")
	}
	c.Put(id(5), []byte{5}, testTime)
	have(3, testTime)
	c.Put(id(6), []byte{6}, testTime)
	if !have(3, testTime) || have(4, testTime) {
		t.Error("the cache drops another session than the least recently used")
	}
	c.Delete(id(3))
	if have(3, testTime) {
		t.Error("a deleted session is still there")
	}
}

func TestCacheCopiesWhatItsCallerReuses(t *testing.T) {
	cache := session.NewCache(1, time.Hour)
	id, state := []byte("id"), []byte("state")
	cache.Put(id, state, testTime)
	id[0], state[0] = 'x', 'x'
	if got, ok := cache.Get(nil, []byte("id"), testTime); !ok || string(got) != "state" {
		t.Errorf("%q, %v", got, ok)
	}
}
