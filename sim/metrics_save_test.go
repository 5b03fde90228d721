package sim

import (
	"testing"
	"time"

	"tlslab/netem"
)

// A server that remembers the slow start threshold of a connection with a loss sends the next
// response more slowly.
func TestAHostRemembersTheMetricsOfItsConnections(t *testing.T) {
	second := func(saves bool) time.Duration {
		lossy := netem.Config{Delay: 50 * ms, Drops: []int{25}}
		cfg := wire(t, delayed(50*ms), lossy)
		cfg.Server.TCP.NoSSThreshMetricsSave = false
		cfg.Server.MetricsSave = saves
		results := openAll(t, cfg, written(t, 2014, 300_000), 0, time.Minute)
		return results[1].TTLB
	}
	forgets, remembers := second(false), second(true)
	if remembers <= forgets {
		t.Errorf("the second response takes %v with metrics and %v without", remembers, forgets)
	}
}
