package sim

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tlslab/engine"
	"tlslab/netem"
)

var update = flag.Bool("update", false, "write the golden files of this package")

// trace returns the events of a replicate without the secrets, one a line, and the result.
func trace(r *Replicator, seed uint64) (string, Result) {
	var b strings.Builder
	r.Observe(func(e *Event) {
		if e.Kind != SecretDerived {
			b.WriteString(e.String() + "\n")
		}
	})
	result := r.Run(seed)
	r.Observe(nil)
	return b.String(), result
}

// traced returns a full handshake of TLS 1.3 and a network that drops the server's third packet.
func traced(t *testing.T) (handshake, Config) {
	t.Helper()
	cfg := priced(t, delayed(25*ms))
	cfg.Down = []netem.Config{{Delay: 25 * ms, Drops: []int{3}}}
	return handshakes()["1.3 full"], cfg
}

func TestTheTraceOfAHandshakeWithALoss(t *testing.T) {
	h, cfg := traced(t)
	rec, outcome := h.record(t)
	replayed, err := NewReplicator(cfg, rec, outcome)
	if err != nil {
		t.Fatal(err)
	}
	liveReplicator, err := NewLiveReplicator(cfg, h.exchange(t))
	if err != nil {
		t.Fatal(err)
	}
	got, result := trace(replayed, 1)
	if result.Outcome != OK || result.Retransmits == 0 {
		t.Errorf("%s, %d retransmissions", result.Outcome, result.Retransmits)
	}
	golden := filepath.Join("testdata", "trace.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	compareTraces(t, "the golden file and the replay", string(want), got)
	live, _ := trace(liveReplicator, 1)
	compareTraces(t, "the replay and the live engines", got, live)
}

func compareTraces(t *testing.T, which, a, b string) {
	t.Helper()
	if a == b {
		return
	}
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			t.Errorf("%s differ in line %d:\n%s\n%s", which, i+1, x[i], y[i])
			return
		}
	}
	t.Errorf("%s: %d and %d lines", which, len(x), len(y))
}

// For all kinds of handshakes live engines and their recording give the same events, and the
// observer does not change the result.
func TestObserversOfLiveEnginesAndOfTheirRecordingSeeTheSame(t *testing.T) {
	all := handshakes()
	for name, h := range earlyHandshakes(t) {
		all[name] = h
	}
	for name, h := range sizedHandshakes(t) {
		all[name] = h
	}
	all["fetched"] = fetched(engine.TLS13)
	for name, h := range all {
		rec, outcome := h.record(t)
		for _, where := range []string{"loss", "slow", "jitter"} {
			if testing.Short() && where != "loss" {
				continue
			}
			link := testLinks()[where]
			cfg := withResponder(priced(t, link), link)
			replayed, err := NewReplicator(cfg, rec, outcome)
			if err != nil {
				t.Fatal(err)
			}
			liveReplicator, err := NewLiveReplicator(cfg, h.exchange(t))
			if err != nil {
				t.Fatal(err)
			}
			unobserved := replayed.Run(1)
			a, observed := trace(replayed, 1)
			b, _ := trace(liveReplicator, 1)
			compareTraces(t, name+", "+where, a, b)
			if unobserved != observed {
				t.Errorf("%s, %s: %+v, observed %+v", name, where, unobserved, observed)
			}
		}
	}
}

func TestEventsAreInOrderAndComplete(t *testing.T) {
	link := netem.Config{Delay: 20 * ms, Loss: 0.1, Rate: 5_000_000, Limit: 20}
	cfg := priced(t, link)
	cfg.Up = []netem.Config{link, delayed(ms)}
	h := handshakes()["1.3 full"]
	rec, outcome := h.record(t)
	r, err := NewReplicator(cfg, rec, outcome)
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(100) {
		var count [numEventKinds]int64
		var last time.Duration
		var bytes [2]int64
		r.Observe(func(e *Event) {
			if e.At < last {
				t.Fatalf("seed %d: %v after %v", seed, e, last)
			}
			last = e.At
			count[e.Kind]++
			if e.Kind == SegmentSent && !e.Segment.Retransmit {
				bytes[e.Host] += int64(e.Segment.Len)
			}
			if e.Kind == PacketDelivered && e.Last != (e.Link != 0) {
				t.Fatalf("seed %d: %v is its last link: %v", seed, e, e.Last)
			}
		})
		result := r.Run(seed)
		if result.Outcome != OK {
			continue
		}
		if sent := result.PacketsUp + result.PacketsDown; count[SegmentSent] != sent {
			t.Errorf("seed %d: %d segments sent, and %d events", seed, sent, count[SegmentSent])
		}
		if count[PacketOffered] != count[PacketDropped]+count[PacketDelivered] {
			t.Errorf("seed %d: %d packets offered, %d dropped, %d delivered", seed, count[PacketOffered], count[PacketDropped], count[PacketDelivered])
		}
		if bytes != [2]int64{result.BytesUp, result.BytesDown} {
			t.Errorf("seed %d: %d bytes sent, want %d and %d", seed, bytes, result.BytesUp, result.BytesDown)
		}
		for _, pair := range [][2]EventKind{{ConnectionOpened, ConnectionEnded}, {OperationBegan, OperationEnded}, {RecordSent, RecordReceived}, {MessageSent, MessageReceived}} {
			if count[pair[0]] == 0 || count[pair[0]] != count[pair[1]] {
				t.Errorf("seed %d: %d × %v, %d × %v", seed, count[pair[0]], pair[0], count[pair[1]], pair[1])
			}
		}
	}
}

func TestLiveEnginesReportTheirSecrets(t *testing.T) {
	h, cfg := traced(t)
	r, err := NewLiveReplicator(cfg, h.exchange(t))
	if err != nil {
		t.Fatal(err)
	}
	labels := map[string][2]string{}
	r.Observe(func(e *Event) {
		if e.Kind == SecretDerived {
			of := labels[e.Name]
			of[e.Host] = string(e.ClientRandom) + string(e.Secret)
			labels[e.Name] = of
		}
	})
	r.Run(1)
	for _, label := range []string{"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"} {
		if of := labels[label]; len(of[0]) != 64 || of[0] != of[1] {
			t.Errorf("%s: %x", label, of)
		}
	}
}

func TestAWorldWithoutAnObserverAllocatesNothing(t *testing.T) {
	w, o := openable(t, wire(t, delayed(20*ms), delayed(20*ms)), written(t, 2014, 11000))
	run := func() {
		w.Reset(1)
		if _, err := w.Open(o); err != nil {
			t.Fatal(err)
		}
		w.Run()
	}
	w.Observe(func(*Event) {})
	run()
	w.Observe(nil)
	if n := testing.AllocsPerRun(100, run); n != 0 {
		t.Errorf("%v allocations a run, want 0", n)
	}
}
