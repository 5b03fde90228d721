package engine

import (
	"fmt"
	"testing"
	"time"
)

// Replays of early data, and what keeps them out.

// The same bytes a second time are a replay, which costs the early data only: the
// attacker cannot end the handshake.
func TestReplayedEarlyDataIsRejected(t *testing.T) {
	for _, guard := range []EarlyGuard{RecordHellos(100, time.Time{}), SingleUseTickets(100, time.Time{})} {
		cc, sc := earlyConfigs(t, nothing, nothing)
		sc.EarlyGuard = guard
		p := newPair(cc, sc)
		wire, err := p.speakEarly(earlyWords)
		if err != nil || p.server.Info().EarlyData != EarlyAccepted {
			t.Fatal(p.server.Info().EarlyData, err)
		}
		replay := newPair(cc, sc)
		if err := replay.feed(replay.server, wire); err != nil {
			t.Fatal(err)
		}
		if info := replay.server.Info(); info.EarlyRefusal != "a replay" || len(replay.got[replay.server]) > 0 {
			t.Errorf("early data %v (%s), %d bytes", info.EarlyData, info.EarlyRefusal, len(replay.got[replay.server]))
		}
	}
}

// A guard forgets what has become stale, so that its room serves for good.
func TestGuardsForgetWhatIsStale(t *testing.T) {
	guard := RecordHellos(3, time.Time{})
	hello := func(i, second int) EarlyHello {
		now := testTime.Add(time.Duration(second) * time.Second)
		return EarlyHello{Binder: fmt.Append(nil, "binder ", i), Now: now, From: now.Add(-time.Second), Until: now.Add(time.Second)}
	}
	for _, x := range []struct {
		i, second int
		want      bool
	}{
		{1, 0, true}, {1, 0, false}, {2, 0, true}, {3, 1, true}, {3, 2, false},
		{4, 1, false}, // no room
		{5, 2, true},  // the first two are stale
		{6, 2, true}, {7, 2, false}, {8, 3, true}, {9, 10, true}, {10, 10, true}, {11, 10, true}, {12, 10, false},
	} {
		if got := guard.Admit(hello(x.i, x.second)); got != x.want {
			t.Errorf("hello %d at %d s: admitted %v, want %v", x.i, x.second, got, x.want)
		}
	}
}

// What has been forgotten is not admitted again: not in the second in which a ticket
// dies, whose life counts in whole ones, nor by a connection that reads the clock later
// than it judged the ClientHello, nor where the clock is set back.
func TestGuardsDoNotAdmitWhatTheyHaveForgotten(t *testing.T) {
	at := func(d time.Duration) func() time.Time {
		return func() time.Time { return testTime.Add(d) }
	}
	cc, sc := earlyConfigs(t, nothing, func(c *Config) { c.TicketLifetime, c.Now = 5*time.Second, at(100*time.Millisecond) })
	sc.EarlyGuard = SingleUseTickets(10, time.Time{})
	cc.Now = at(4 * time.Second)
	p := newPair(cc, sc)
	sc.Now = at(5 * time.Second)
	wire, err := p.speakEarly(earlyWords)
	if err != nil || p.server.Info().EarlyData != EarlyAccepted {
		t.Fatal(p.server.Info().EarlyData, err)
	}
	sc.Now = at(5900 * time.Millisecond)
	replay := newPair(cc, sc)
	if err := replay.feed(replay.server, wire); err != nil {
		t.Fatal(err)
	}
	if info := replay.server.Info(); info.Kind != Resumed || info.EarlyRefusal != "a replay" {
		t.Errorf("in the ticket's last second: %v, early data %v", info.Kind, info.EarlyData)
	}

	guard := RecordHellos(2, time.Time{})
	hello := func(name string, begins, now time.Duration) EarlyHello {
		return EarlyHello{Binder: []byte(name), From: testTime.Add(begins), Until: testTime.Add(begins + time.Second), Now: testTime.Add(now)}
	}
	for _, x := range []struct {
		what string
		EarlyHello
		want bool
	}{
		{"one", hello("one", 0, 0), true},
		{"two", hello("two", 0, 0), true},
		{"one again, when it is over", hello("one", 0, 2*time.Second), false},
		{"another, for which they are forgotten", hello("another", 2*time.Second, 2*time.Second), true},
		{"one again, by a clock set back", hello("one", 0, 0), false},
	} {
		if got := guard.Admit(x.EarlyHello); got != x.want {
			t.Errorf("%s: admitted %v", x.what, got)
		}
	}
}
