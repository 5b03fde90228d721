package sim

import (
	"testing"
	"time"

	"tlslab/engine"
	"tlslab/netem"
	"tlslab/sim/recording"
)

// Early data: the time that it saves, and its acceptance, which depends on time.

func nothing(*Exchange) {}

// early returns an exchange whose client sends its request as early data.
func early(change func(*Exchange)) handshake {
	return handshake{version: engine.TLS13, kind: engine.Resumed, resumption: engine.PSKDHE, change: func(x *Exchange) {
		x.Client.EarlyData, x.Server.MaxEarlyData = true, 2000
		change(x)
	}}
}

// earlyHandshakes returns handshakes with early data, accepted and rejected.
func earlyHandshakes(t testing.TB) map[string]handshake {
	return map[string]handshake{
		"1.3 early data":            early(nothing),
		"1.3 early data, psk":       early(func(x *Exchange) { x.resumeBy(engine.PSK) }),
		"1.3 early data, rejected":  early(func(x *Exchange) { x.RejectEarly = true }),
		"1.3 early data, in part":   early(func(x *Exchange) { x.Request = 5000 }),
		"1.3 early data, by time":   early(func(x *Exchange) { x.Server.EarlyWindow = 20 * time.Millisecond }),
		"1.3 early data in chunks":  early(func(x *Exchange) { x.WriteChunk, x.Client.RecordSize, x.Server.RecordSize = 30, 200, 1000 }),
		"1.3 early data, in rounds": inSizedRounds(t, early(func(x *Exchange) { x.Server.EarlyWindow = 20 * time.Millisecond })),
		"1.3 early data, many records": early(func(x *Exchange) {
			x.Request, x.Client.RecordSize, x.Server.EarlyWindow = 30_000, 300, 20*time.Millisecond
		}),
		// The server answers before the client's Finished, until which its keys stay.
		"1.3 early data, new keys": early(func(x *Exchange) {
			x.Server.KeyUpdateAfter, x.Server.RecordSize, x.Rounds = 5, 500, 2
		}),
		"1.3 early data, sized": early(func(x *Exchange) {
			x.Request = 5000
			x.Client.RecordSizing, x.Server.RecordSizing = parseSizing(t, "1000 for 3, mss until 20000, 16384, idle 1s"), parseSizing(t, "mss")
		}),
	}
}

// resumeBy lets the exchange resume by one mechanism.
func (x *Exchange) resumeBy(way engine.Resumption) {
	x.Resumption = way
	x.Client.Resumption = []engine.Resumption{way}
	x.Server.Resumption = x.Client.Resumption
}

func TestEarlyDataSavesARoundTripUntilTheFirstByte(t *testing.T) {
	for name, want := range map[string]struct {
		firstByte time.Duration // in round trips, of a second each
		early     int
	}{
		"1.3 psk-dhe":              {3, -1},
		"1.3 early data":           {2, 1},
		"1.3 early data, psk":      {2, 1},
		"1.3 early data, rejected": {3, 0},
		"1.3 early data, in part":  {3, 1}, // the server waits for the rest
	} {
		h, ok := earlyHandshakes(t)[name]
		if !ok {
			h = handshakes()[name]
		}
		change := h.change
		h.change = func(x *Exchange) {
			x.Response = 1000 // fits into the initial window
			if change != nil {
				change(x)
			}
		}
		rec, outcome := h.record(t)
		w, err := NewReplicator(priced(t, delayed(500*ms)), rec, outcome)
		if err != nil {
			t.Fatal(err)
		}
		r := w.Run(1)
		if r.TTFB/time.Second != want.firstByte || r.EarlyData != want.early || r.Outcome != OK {
			t.Errorf("%s: first byte after %v, early data %d, %s; want %d s and %d", name, r.TTFB, r.EarlyData, r.Outcome, int(want.firstByte), want.early)
		}
		if r.Handshake/time.Second != 2 {
			t.Errorf("%s: the handshake takes %v, want 2s", name, r.Handshake)
		}
	}
}

// A server rejects early data that arrives after its window in virtual time, live and in a replay.
// The client then sends all of it again.
func TestEarlyDataThatComesTooLateIsRejected(t *testing.T) {
	lost := delayed(20 * ms)
	lost.Drops = []int{3} // the ClientHello, behind SYN and ACK
	for _, x := range []struct {
		window time.Duration
		up     netem.Config
		want   int
	}{
		{20 * ms, delayed(20 * ms), 0}, // the ClientHello was made before it was sent
		{22 * ms, delayed(20 * ms), 1},
		{60 * ms, lost, 0}, // a tail loss probe delivers the ClientHello after 74 ms
		{engine.DefaultEarlyWindow, lost, 1},
	} {
		h := early(func(e *Exchange) { e.Server.EarlyWindow = x.window })
		rec, outcome := h.record(t)
		cfg := priced(t, x.up)
		cfg.Down = []netem.Config{delayed(20 * ms)}
		replayed, err1 := NewReplicator(cfg, rec, outcome)
		liveReplicator, err2 := NewLiveReplicator(cfg, h.exchange(t))
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		for range 2 { // the second run decides again
			a, b := replayed.Run(1), liveReplicator.Run(1)
			if a != b || a.EarlyData != x.want || a.Outcome != OK {
				t.Errorf("window %v, ClientHello lost %v: early data %d, want %d\nreplayed %+v\nlive     %+v", x.window, x.up.Drops != nil, a.EarlyData, x.want, a, b)
			}
		}
	}
}

// The early window decides between two branches, and the recording has both.
func TestARecordingOfEarlyDataHasBothBranches(t *testing.T) {
	rec, _ := earlyHandshakes(t)["1.3 early data"].record(t)
	if len(rec.Branches) != 2 || rec.EarlyWindow != engine.DefaultEarlyWindow {
		t.Errorf("%d branches, and a window of %v", len(rec.Branches), rec.EarlyWindow)
	}
	accepted, err1 := rec.Branch(recording.Early)
	rejected, err2 := rec.Branch(recording.EarlyRejected)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	if once, twice := recording.Written(accepted.Client), recording.Written(rejected.Client); twice < once+400 {
		t.Errorf("the client writes %d bytes and, rejected, %d: want its request of 500 again", once, twice)
	}
}
