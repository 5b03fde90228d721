package engine

import (
	"testing"
	"time"

	"tlslab/engine/session"
)

// Replayed early data, and AntiReplay.

// The same bytes a second time are a replay: the server rejects the early data and goes on with
// the handshake.
func TestReplayedEarlyDataIsRejected(t *testing.T) {
	for _, antiReplay := range []session.AntiReplay{session.ClientHelloRecording(100, time.Time{}), session.SingleUseTickets(100, time.Time{})} {
		cc, sc := earlyConfigs(t, nothing, nothing)
		sc.AntiReplay = antiReplay
		p := newPair(cc, sc)
		wire, err := p.runEarly(earlyText)
		if err != nil || p.server.Info().EarlyData != EarlyAccepted {
			t.Fatal(p.server.Info().EarlyData, err)
		}
		replay := newPair(cc, sc)
		if err := replay.feed(replay.server, wire); err != nil {
			t.Fatal(err)
		}
		if info := replay.server.Info(); info.EarlyRejection != "a replay" || len(replay.got[replay.server]) > 0 {
			t.Errorf("early data %v (%s), %d bytes", info.EarlyData, info.EarlyRejection, len(replay.got[replay.server]))
		}
	}
}

// The age of a ticket is counted in whole seconds. In its last second a server still resumes it,
// but AntiReplay has already dropped it: the server then rejects its early data.
func TestEarlyDataIsNotReplayedInTheLastSecondOfATicket(t *testing.T) {
	at := func(d time.Duration) func() time.Time {
		return func() time.Time { return testTime.Add(d) }
	}
	cc, sc := earlyConfigs(t, nothing, func(c *Config) { c.TicketLifetime, c.Now = 5*time.Second, at(100*time.Millisecond) })
	sc.AntiReplay = session.SingleUseTickets(10, time.Time{})
	cc.Now = at(4 * time.Second)
	p := newPair(cc, sc)
	sc.Now = at(5 * time.Second)
	wire, err := p.runEarly(earlyText)
	if err != nil || p.server.Info().EarlyData != EarlyAccepted {
		t.Fatal(p.server.Info().EarlyData, err)
	}
	sc.Now = at(5900 * time.Millisecond)
	replay := newPair(cc, sc)
	if err := replay.feed(replay.server, wire); err != nil {
		t.Fatal(err)
	}
	if info := replay.server.Info(); info.Kind != Resumed || info.EarlyRejection != "a replay" {
		t.Errorf("in the ticket's last second: %v, early data %v", info.Kind, info.EarlyData)
	}
}
