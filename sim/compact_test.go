package sim

import (
	"testing"
	"time"

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
	}
	for name, link := range testLinks() {
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
					for seed := range uint64(10) {
						if a, b := whole.Run(seed), compacted.Run(seed); a != b {
							t.Fatalf("%s, %s, limit %d, seed %d:\n%+v, compacted\n%+v", name, size, limit, seed, a, b)
						}
					}
				}
			}
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
