package tlslab_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"tlslab/engine"
	"tlslab/netem"
	"tlslab/sim"
	"tlslab/sim/costs"
	"tlslab/sim/recording"
	"tlslab/sim/tcp"
)

// simulatedLinks are the links over which BenchmarkConnection runs, the same each way.
var simulatedLinks = []struct{ name, tc string }{
	{"clean", "delay 25ms"},
	{"lossy", "delay 25ms 5ms loss 1% rate 50mbit limit 100"},
}

// BenchmarkConnection simulates one connection from the first SYN to the close: TCP, a full TLS 1.3
// handshake (ECDSA P-256, x25519), a request of 500 bytes and a response of 10 kB. /run=live has
// two engines compute the real bytes, /run=replayed replays what they did once. Each iteration is
// another replicate, with a seed of its own; memory is that of one world.
func BenchmarkConnection(b *testing.B) {
	exchange, err := benchmarkedExchange()
	if err != nil {
		b.Fatal(err)
	}
	for _, link := range simulatedLinks {
		cfg, err := benchmarkedWorld(link.tc)
		if err != nil {
			b.Fatal(err)
		}
		for _, run := range []struct {
			name  string
			world func() (*sim.Replicator, error)
		}{
			{"live", func() (*sim.Replicator, error) { return sim.NewLiveReplicator(cfg, exchange) }},
			{"replayed", func() (*sim.Replicator, error) {
				rec, err := sim.Record(context.Background(), exchange)
				if err != nil {
					return nil, err
				}
				return sim.NewReplicator(cfg, rec, recording.Full)
			}},
		} {
			b.Run(fmt.Sprintf("link=%s/run=%s", link.name, run.name), func(b *testing.B) {
				w, err := run.world()
				if err != nil {
					b.Fatal(err)
				}
				seed := uint64(0)
				b.ReportAllocs()
				for b.Loop() {
					seed++
					if r := w.Run(seed); r.Outcome != sim.OK {
						b.Fatalf("seed %d: %s", seed, r.Outcome)
					}
				}
			})
		}
	}
}

// BenchmarkWorld runs connections like BenchmarkConnection's replayed ones through one world.
// /connections is how many are open at once: when one ends, the next one opens. An iteration is one
// connection. Its time must not depend on how many connections have ended.
func BenchmarkWorld(b *testing.B) {
	for _, open := range []int{1, 100, 1000, 10_000} {
		b.Run(fmt.Sprintf("connections=%d", open), func(b *testing.B) {
			w, connection, err := benchmarkedTopology()
			if err != nil {
				b.Fatal(err)
			}
			// Before the first measured connection each slot has been used twice.
			warm := 2 * open
			opened, ended := 0, 0
			next := connection
			connection.Ended = func(_ int, r *sim.Result) {
				if r.Outcome != sim.OK {
					b.Errorf("outcome %q", r.Outcome)
				}
				if ended++; ended == warm {
					b.ReportAllocs()
					b.ResetTimer()
				}
				if opened < warm+b.N {
					opened++
					next.Start = w.Now()
					if _, err := w.Open(next); err != nil {
						b.Fatal(err)
					}
				}
			}
			next.Ended = connection.Ended
			w.Reset(1)
			for i := range open {
				opened++
				connection.Start = time.Duration(i) * 200 * time.Millisecond / time.Duration(open)
				if _, err := w.Open(connection); err != nil {
					b.Fatal(err)
				}
			}
			w.Run()
		})
	}
}

// benchmarkedTopology is the world of the clean link, with cores for all, and the connection
// through it.
func benchmarkedTopology() (*sim.World, sim.Connection, error) {
	cfg, err := benchmarkedWorld(simulatedLinks[0].tc)
	if err != nil {
		return nil, sim.Connection{}, err
	}
	cfg.Client.Cores, cfg.Server.Cores = 1<<20, 1<<20
	exchange, err := benchmarkedExchange()
	if err != nil {
		return nil, sim.Connection{}, err
	}
	rec, err := sim.Record(context.Background(), exchange)
	if err != nil {
		return nil, sim.Connection{}, err
	}
	replay, err := sim.NewReplay(rec, recording.Full, cfg.Client, cfg.Server)
	if err != nil {
		return nil, sim.Connection{}, err
	}
	connection, err := cfg.Connection(replay)
	if err != nil {
		return nil, sim.Connection{}, err
	}
	w, err := sim.NewWorld(cfg.Topology())
	return w, connection, err
}

func benchmarkedExchange() (sim.Exchange, error) {
	p, err := newObservedPeers(handshakeCell{"full", "1.3", "ecdsa-p256", "x25519", ""})
	if err != nil {
		return sim.Exchange{}, err
	}
	return sim.Exchange{
		Client: &p.client, Server: &p.server, ServerName: serverName,
		Kind: engine.Full, Request: 500, Response: 10_000, Seed: 1,
	}, nil
}

func benchmarkedWorld(tc string) (sim.Config, error) {
	link, err := netem.ParseTC(tc)
	if err != nil {
		return sim.Config{}, err
	}
	table, err := costs.Reference()
	if err != nil {
		return sim.Config{}, err
	}
	host := sim.Host{Cores: 1, Costs: table, Slowdown: 1, TCP: tcp.DefaultConfig()}
	return sim.Config{
		Up: []netem.Config{link}, Down: []netem.Config{link}, Client: host, Server: host, Timeout: 2 * time.Minute,
	}, nil
}
