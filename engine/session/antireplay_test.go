package session_test

import (
	"fmt"
	"testing"
	"time"

	"tlslab/engine/session"
)

// This frees capacity for others.
func TestClientHelloRecordingDropsClientHellosThatAreNoLongerFresh(t *testing.T) {
	recording := session.ClientHelloRecording(3, time.Time{})
	hello := func(i, second int) session.EarlyClientHello {
		now := testTime.Add(time.Duration(second) * time.Second)
		return session.EarlyClientHello{Binder: fmt.Append(nil, "binder ", i), Now: now, FreshFrom: now.Add(-time.Second), FreshUntil: now.Add(time.Second)}
	}
	for _, x := range []struct {
		i, second int
		want      bool
	}{
		{1, 0, true}, {1, 0, false}, {2, 0, true}, {3, 1, true}, {3, 2, false},
		{4, 1, false}, // full
		{5, 2, true},  // the first two are no longer fresh
		{6, 2, true}, {7, 2, false}, {8, 3, true}, {9, 10, true}, {10, 10, true}, {11, 10, true}, {12, 10, false},
	} {
		if got := recording.Admit(hello(x.i, x.second)); got != x.want {
			t.Errorf("ClientHello %d at %d s: admitted %v, want %v", x.i, x.second, got, x.want)
		}
	}
}

// A ClientHello is not admitted again after it was dropped, even if the clock was set back.
func TestDroppedClientHellosAreNotAdmittedAgain(t *testing.T) {
	recording := session.ClientHelloRecording(2, time.Time{})
	hello := func(name string, begins, now time.Duration) session.EarlyClientHello {
		return session.EarlyClientHello{Binder: []byte(name), FreshFrom: testTime.Add(begins), FreshUntil: testTime.Add(begins + time.Second), Now: testTime.Add(now)}
	}
	for _, x := range []struct {
		what  string
		hello session.EarlyClientHello
		want  bool
	}{
		{"one", hello("one", 0, 0), true},
		{"two", hello("two", 0, 0), true},
		{"one again, no longer fresh", hello("one", 0, 2*time.Second), false},
		{"a third, for which both are dropped", hello("another", 2*time.Second, 2*time.Second), true},
		{"one again, after the clock was set back", hello("one", 0, 0), false},
	} {
		if got := recording.Admit(x.hello); got != x.want {
			t.Errorf("%s: admitted %v, want %v", x.what, got, x.want)
		}
	}
}

func TestSingleUseTicketsAdmitEachTicketOnce(t *testing.T) {
	antiReplay := session.SingleUseTickets(2, testTime)
	ticket := func(name string, issued, now time.Duration) session.EarlyClientHello {
		return session.EarlyClientHello{Ticket: []byte(name), Binder: fmt.Append(nil, name, now), Now: testTime.Add(now), Issued: testTime.Add(issued), Expires: testTime.Add(issued + time.Hour)}
	}
	for _, x := range []struct {
		what  string
		hello session.EarlyClientHello
		want  bool
	}{
		{"issued before the start", ticket("old", -time.Second, time.Second), false},
		{"first use", ticket("a", 0, time.Second), true},
		{"second use", ticket("a", 0, 2*time.Second), false},
		{"another ticket", ticket("b", 0, 2*time.Second), true},
		{"a third, while full", ticket("c", 0, 3*time.Second), false},
		{"a fourth, when the first two have expired", ticket("d", time.Hour, time.Hour+time.Second), true},
		{"first ticket after it expired", ticket("a", 0, time.Hour+time.Second), false},
	} {
		if got := antiReplay.Admit(x.hello); got != x.want {
			t.Errorf("%s: admitted %v, want %v", x.what, got, x.want)
		}
	}
}
