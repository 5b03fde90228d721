package sim

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tlslab/engine/record"
	"tlslab/netem"
	"tlslab/sim/recording"
	"tlslab/sim/tcp"
)

// compacting returns a replicator that compacts histories of limit nodes.
func compacting(t testing.TB, cfg Config, rec *recording.Recording, limit int) *Replicator {
	t.Helper()
	r := mustReplicator(t, cfg, rec)
	r.world.historyLimit, r.world.compactor.minGap = limit, 4
	return r
}

func TestCompactingAHistoryChangesNoPath(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	recs := map[string]*recording.Recording{
		"small": written(t, 2014, 1022), "large": written(t, 20_000, 300_000), "slow reader": slowReader(t),
		"records":            writtenInRecords(t, 300, 5*time.Microsecond, 0),
		"slow server":        writtenInRecords(t, 100, 4*ms, 100*time.Microsecond),
		"slow client":        writtenInRecords(t, 100, 5*time.Microsecond, 20*ms),
		"slow on both sides": writtenInRecords(t, 100, 4*ms, 7*ms),
	}
	for name, link := range testLinks() {
		seeds := uint64(10)
		if name == "loss" {
			seeds = 100 // each loss pattern gives another path
		}
		for size, rec := range recs {
			for _, change := range []func(*tcp.Config){
				func(*tcp.Config) {},
				func(c *tcp.Config) { c.Nagle = true },
				func(c *tcp.Config) { c.Pacing = true },
			} {
				cfg := wire(t, link, link)
				change(&cfg.Client.TCP)
				change(&cfg.Server.TCP)
				whole := mustReplicator(t, cfg, rec)
				whole.world.historyLimit = 1 << 30
				for _, limit := range []int{8, 30, 150} {
					compacted := compacting(t, cfg, rec, limit)
					for seed := range seeds {
						if a, b := whole.Run(seed), compacted.Run(seed); a != b {
							t.Fatalf("%s, %s, limit %d, seed %d:\n%+v, compacted\n%+v", name, size, limit, seed, a, b)
						}
					}
				}
			}
		}
	}
}

// writtenInRecords returns a recording in which the server seals each record of the response, each
// seventh one for three times as long, and the client opens each of them.
func writtenInRecords(t testing.TB, records int, seal, open time.Duration) *recording.Recording {
	t.Helper()
	const length = 1100
	var b strings.Builder
	b.WriteString("recording 1\nbranch full\nclient\nat 0\n  write 250\n  mark handshake\n")
	for i := range records {
		fmt.Fprintf(&b, "at %d\n  work %v\n", (i+1)*length, open)
		if i == 0 {
			b.WriteString("  mark first-byte\n")
		}
	}
	b.WriteString("  mark last-byte\n  close\nserver\nat 250\n")
	for i := range records {
		work := seal
		if i%7 == 6 {
			work *= 3
		}
		fmt.Fprintf(&b, "  work %v\n  write %d\n", work, length)
	}
	b.WriteString("  close\n")
	rec, err := recording.Parse(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// The critical path goes through the computation of all records before the one that has waited.
func TestAWaitForTheWindowBeginsWhenItsRecordIsComputed(t *testing.T) {
	const records, work = 100, 10 * time.Microsecond
	rec := writtenInRecords(t, records, work, 0)
	r := mustReplicator(t, wire(t, delayed(20*ms), delayed(20*ms)), rec)
	result := r.Run(1)
	if got, want := result.Causes[ServerCPU], (records+2*(records/7))*work; got != want {
		t.Errorf("the last record was computed for %v, want %v", got, want)
	}
	if got, want := result.Causes[Window], result.TTLB-80*ms-result.Causes[ServerCPU]; got != want || got <= 0 {
		t.Errorf("%v of %v waiting for the window, want %v", got, result.TTLB, want)
	}
}

// Two connections take turns on one core: between two records each waits for the core.
func TestAWaitForACoreBetweenRecordsIsOnTheCriticalPath(t *testing.T) {
	const records, work = 100, 10 * time.Microsecond
	rec := writtenInRecords(t, records, work, 0)
	results := openAll(t, wire(t, delayed(20*ms), delayed(20*ms)), rec, 0, 0)
	for i, r := range results {
		computed, waited := r.Causes[ServerCPU], r.Causes[CPUQueue]
		if computed != (records+2*(records/7))*work || waited < computed-3*work || waited > computed {
			t.Errorf("connection %d: %v of work, %v of waiting for a core", i, computed, waited)
		}
	}
}

// A server that computes faster than the network sends, or a little faster, has written much of a
// long response before it is sent.
func TestAHistoryDoesNotGrowWithTheUnsentRecords(t *testing.T) {
	for name, network := range map[string]struct {
		link     netem.Config
		slowdown float64 // of the server
	}{
		"clean":          {netem.Config{Delay: 10 * ms, Rate: 1_000_000_000, Limit: 500}, 1},
		"lossy":          {netem.Config{Delay: 2 * ms, Loss: 0.001}, 1},
		"as fast":        {netem.Config{Delay: 10 * ms, Rate: 1_000_000_000, Limit: 500}, 45},
		"as fast, lossy": {netem.Config{Delay: 2 * ms, Loss: 0.001}, 250},
	} {
		var nodes [2]int
		for i, size := range []int{60_000_000, 240_000_000} {
			h := long(size)
			ask := h.change
			h.change = func(x *Exchange) {
				ask(x)
				x.Server.RecordSizing = &record.Sizing{Stages: []record.Stage{{Segment: true}}}
			}
			rec, _ := h.record(t)
			cfg := priced(t, network.link)
			cfg.Server.Slowdown, cfg.Timeout = network.slowdown, time.Hour
			r := mustReplicator(t, cfg, rec)
			if result := r.Run(1); result.Outcome != OK {
				t.Fatalf("%s: %s", name, result.Outcome)
			}
			history := r.world.histories[0]
			nodes[i] = cap(history.nodes) + 4*cap(history.summaries) + cap(history.stretches)/3
		}
		if nodes[1] > 2*nodes[0] || nodes[1] > 100_000 {
			t.Errorf("%s: %d nodes for 60 MB, %d for 240 MB", name, nodes[0], nodes[1])
		}
	}
}

func TestAHistoryDoesNotGrowWithTheResponse(t *testing.T) {
	for name, link := range map[string]netem.Config{
		"clean": {Delay: 10 * ms, Rate: 100_000_000, Limit: 100}, "lossy": {Delay: 2 * ms, Loss: 0.01},
	} {
		var nodes [2]int
		for i, size := range []int{10_000_000, 40_000_000} {
			cfg := wire(t, link, link)
			cfg.Timeout = time.Hour
			r := mustReplicator(t, cfg, written(t, 2014, size))
			if result := r.Run(1); result.Outcome != OK {
				t.Fatalf("%s: %s", name, result.Outcome)
			}
			h := r.world.histories[0]
			nodes[i] = cap(h.nodes) + 4*cap(h.summaries)
		}
		if nodes[1] > 2*nodes[0] || nodes[1] > 20_000 {
			t.Errorf("%s: %d nodes for 10 MB, %d for 40 MB", name, nodes[0], nodes[1])
		}
	}
}
