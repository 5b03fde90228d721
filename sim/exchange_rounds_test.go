package sim

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"tlslab/engine"
	"tlslab/netem"
	"tlslab/sim/recording"
)

// inRounds returns an exchange of several rounds.
func inRounds(t testing.TB, rounds int, pause time.Duration, sizing string) handshake {
	return handshake{version: engine.TLS13, kind: engine.Full, change: func(x *Exchange) {
		x.Rounds, x.Pause = rounds, pause
		x.Server.TicketCount = engine.NoTickets
		if sizing != "" {
			x.Server.RecordSizing = parseSizing(t, sizing)
		}
	}}
}

// inSizedRounds gives an exchange several rounds, with record sizes in stages.
func inSizedRounds(t testing.TB, h handshake) handshake {
	original := h.change
	h.change = func(x *Exchange) {
		if original != nil {
			original(x)
		}
		x.Rounds, x.Pause = 3, 900*ms
		x.Client.RecordSizing, x.Server.RecordSizing = parseSizing(t, "mss until 2000, 16384, idle 1s"), parseSizing(t, "cloudflare")
	}
	return h
}

func runOnce(t *testing.T, cfg Config, h handshake) Result {
	t.Helper()
	rec, outcome := h.record(t)
	w, err := NewReplicator(cfg, rec, outcome)
	if err != nil {
		t.Fatal(err)
	}
	return w.Run(1)
}

// The first round takes as long as a single round. The last round begins with its request. Its
// first byte arrives after one round trip, its last byte after another one if the congestion window
// is restarted.
func TestTheLastRoundIsTimedFromItsRequest(t *testing.T) {
	cfg := withoutCosts(t, delayed(25*ms))
	alone := runOnce(t, cfg, inRounds(t, 1, 0, ""))
	if alone.LastRoundTTFB >= 0 || alone.LastRoundTTLB >= 0 {
		t.Errorf("a single round also has the times of a last round: %v, %v", alone.LastRoundTTFB, alone.LastRoundTTLB)
	}
	for _, test := range []struct {
		rounds  int
		pause   time.Duration
		restart bool // TCP's window after idleness
		ttlb    time.Duration
	}{{2, 2 * time.Second, true, 100 * ms}, {2, 2 * time.Second, false, 50 * ms}, {3, 0, true, 50 * ms}} {
		cfg.Server.TCP.SlowStartAfterIdle = test.restart
		r := runOnce(t, cfg, inRounds(t, test.rounds, test.pause, ""))
		if r.Outcome != OK || r.TTFB != alone.TTFB || r.TTLB != alone.TTLB || r.Causes != alone.Causes {
			t.Errorf("%+v: first round %v, %v; alone it takes %v, %v", test, r.TTFB, r.TTLB, alone.TTFB, alone.TTLB)
		}
		if test.restart && test.pause > 0 { // a record of 16 KiB is longer than the window
			if r.LastRoundTTFB != 100*ms {
				t.Errorf("%+v: first byte of the last round after %v, want 100ms", test, r.LastRoundTTFB)
			}
		} else if r.LastRoundTTFB != 50*ms {
			t.Errorf("%+v: first byte of the last round after %v, want 50ms", test, r.LastRoundTTFB)
		}
		if r.LastRoundTTLB != test.ttlb {
			t.Errorf("%+v: last byte of the last round after %v, want %v", test, r.LastRoundTTLB, test.ttlb)
		}
	}
}

// With a sizing that restarts after idleness, the first byte of the next response arrives as early
// as with small records. Otherwise it waits for a long record.
func TestAnIdleSizingRestartsWithSmallRecords(t *testing.T) {
	const rest = 16384 + 22 - 1448 + 11*52 // bytes of a long record behind its first packet
	cfg := withoutCosts(t, netem.Config{Delay: time.Millisecond, Rate: 8_000_000})
	cfg.Server.TCP.InitialWindow = 50
	cfg.Server.TCP.SlowStartAfterIdle = false
	small := runOnce(t, cfg, inRounds(t, 2, 2*time.Second, "mss")).LastRoundTTFB
	for sizing, late := range map[string]time.Duration{
		"mss until 10000, 16384, idle 1s":        0,
		"mss until 10000, 16384, idle 3s":        rest * time.Microsecond,
		"mss until 10000, 16384":                 rest * time.Microsecond,
		"16384":                                  rest * time.Microsecond,
		"1426 for 3, mss for 20, 16384, idle 1s": 0,
	} {
		if got := runOnce(t, cfg, inRounds(t, 2, 2*time.Second, sizing)).LastRoundTTFB - small; got != late {
			t.Errorf("%s: after the pause the first byte is %v later than in a small record, want %v", sizing, got, late)
		}
	}
}

// The network decides whether a connection was idle: after a response that a loss delays, the next
// one begins with small records.
func TestIdlenessDependsOnTheNetwork(t *testing.T) {
	rec, outcome := inRounds(t, 5, 900*ms, "1000 until 5000, 16384, idle 1s").record(t)
	w, err := NewReplicator(withoutCosts(t, netem.Config{Delay: 10 * ms, Loss: 0.03}), rec, outcome)
	if err != nil {
		t.Fatal(err)
	}
	sent := map[int64]int{}
	for seed := range uint64(40) {
		sent[w.Run(seed).BytesDown]++
	}
	least := int64(1) << 60
	for n := range sent {
		least = min(least, n)
	}
	for n := range sent {
		if n > least+4*5*22 || (n-least)%(5*22) != 0 {
			t.Errorf("runs differ by %d bytes: want a multiple of the 22 bytes of 5 records each, at most 4 times", n-least)
		}
	}
	if len(sent) < 3 {
		t.Errorf("in 40 runs the server sent %v bytes: records never depended on the network", sent)
	}
}

// A connection without its last response has failed, even if the first response is complete.
func TestAnExchangeIsDoneWithItsLastRound(t *testing.T) {
	cfg := withoutCosts(t, delayed(10*ms))
	cfg.Timeout = 5 * time.Second
	for pause, want := range map[time.Duration]string{2 * time.Second: OK, 6 * time.Second: Timeout} {
		h := inRounds(t, 2, pause, "")
		r := runOnce(t, cfg, h)
		if r.Outcome != want || r.TTLB < 0 || (r.LastRoundTTLB >= 0) != (want == OK) {
			t.Errorf("pause of %v: %s, last byte after %v, of the last round after %v", pause, r.Outcome, r.TTLB, r.LastRoundTTLB)
		}
	}
}

func TestPausesAndRoundsInARecording(t *testing.T) {
	rec, _ := inRounds(t, 3, 1500*ms, "mss").record(t)
	var text bytes.Buffer
	if err := rec.Format(&text); err != nil {
		t.Fatal(err)
	}
	for want, times := range map[string]int{
		"  pause 1.5s\n": 2, "mark first-byte\n": 1, "mark last-byte\n": 1, "mark last-request\n": 1,
		"mark last-round-first-byte\n": 1, "mark last-round-last-byte\n": 1, "  data 40000 aes-128-gcm fixed 21 tail 1\n": 3, "  close\n": 2,
	} {
		if n := strings.Count(text.String(), want); n != times {
			t.Errorf("%q occurs %d times, want %d", want, n, times)
		}
	}
	for _, change := range []struct{ old, new, want string }{
		{"  pause 1.5s\n", "  pause 0s\n", "want above 0"},
		{"  pause 1.5s\n", "  pause soon\n", "want a duration"},
		{"  mark handshake\n", "  pause 1s\n  mark handshake\n", "pauses come after it"},
		{"  mark last-request\n", "", "moment last-round-first-byte, want last-request"},
		{"  mark last-round-last-byte\n", "", "moment last-round-last-byte is missing"},
		{"server\nat", "server\nat 1\n  pause 1s\nat", "only the client has moments and pauses"},
	} {
		_, err := recording.Parse(strings.NewReader(strings.Replace(text.String(), change.old, change.new, 1)))
		if err == nil || !strings.Contains(err.Error(), change.want) {
			t.Errorf("%s: error %v, want one with %q", fmt.Sprintf("%q for %q", change.new, change.old), err, change.want)
		}
	}
}
