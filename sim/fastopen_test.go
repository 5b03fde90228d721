package sim

import (
	"testing"
	"time"

	"tlslab/sim/tcp"
)

// withFastOpen returns a world whose hosts use Fast Open.
func withFastOpen(cfg Config, use tcp.FastOpen) Config {
	cfg.Client.TCP.FastOpen, cfg.Server.TCP.FastOpen = use, use
	return cfg
}

// With a valid cookie the ClientHello, and early data behind it, travels in the SYN (RFC 7413
// §4.2).
func TestFastOpenSavesARoundTrip(t *testing.T) {
	for _, x := range []struct {
		name      string
		use       tcp.FastOpen
		firstByte time.Duration // in round trips, of a second each
	}{
		{"1.2 full", tcp.FastOpenOff, 4},
		{"1.2 full", tcp.FastOpenValid, 3},
		{"1.3 psk-dhe", tcp.FastOpenOff, 3},
		{"1.3 psk-dhe", tcp.FastOpenRequest, 3},
		{"1.3 psk-dhe", tcp.FastOpenValid, 2},
		{"1.3 psk-dhe", tcp.FastOpenInvalid, 3},
		{"1.3 early data", tcp.FastOpenOff, 2},
		{"1.3 early data", tcp.FastOpenValid, 1},
		{"1.3 early data", tcp.FastOpenInvalid, 2},
	} {
		h, ok := earlyHandshakes(t)[x.name]
		if !ok {
			h = handshakes()[x.name]
		}
		change := h.change
		h.change = func(e *Exchange) {
			e.Response = 1000 // fits into the initial window
			if change != nil {
				change(e)
			}
		}
		rec, outcome := h.record(t)
		w, err := NewReplicator(withFastOpen(priced(t, delayed(500*ms)), x.use), rec, outcome)
		if err != nil {
			t.Fatal(err)
		}
		r := w.Run(1)
		if r.TTFB/time.Second != x.firstByte || r.Outcome != OK {
			t.Errorf("%s, Fast Open %s: first byte after %v, %s; want %d s", x.name, x.use, r.TTFB, r.Outcome, int(x.firstByte))
		}
		if r.Connect.Truncate(50*ms) != time.Second {
			t.Errorf("%s, Fast Open %s: connected after %v, want a round trip", x.name, x.use, r.Connect)
		}
	}
}

func TestLiveEnginesAndTheirRecordingAgreeWithFastOpen(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	for _, use := range tcp.FastOpens() {
		for name, h := range earlyHandshakes(t) {
			for linkName, link := range testLinks() {
				rec, outcome := h.record(t)
				agree(t, name+" "+linkName+", Fast Open "+string(use), withFastOpen(priced(t, link), use), rec, outcome, h.exchange(t))
			}
		}
	}
}

func TestCausesAddUpWithFastOpen(t *testing.T) {
	rec := written(t, 2000, 10_000)
	for name, link := range testLinks() {
		for _, use := range tcp.FastOpens() {
			w := mustReplicator(t, withFastOpen(wire(t, link, link), use), rec)
			for seed := range uint64(200) {
				r := w.Run(seed)
				var sum time.Duration
				for _, d := range r.Causes {
					sum += d
				}
				if r.TTLB >= 0 && sum != r.TTLB {
					t.Fatalf("%s, Fast Open %s, seed %d: causes add up to %v, last byte after %v: %v", name, use, seed, sum, r.TTLB, r.Causes)
				}
			}
		}
	}
}
