package sim

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tlslab/netem"
	"tlslab/sim/costs"
	"tlslab/sim/recording"
	"tlslab/sim/tcp"
)

// free returns a cost table without prices: only Work items take time.
func free(t testing.TB) *costs.Table {
	t.Helper()
	table, err := costs.Read("free", strings.NewReader(`{"schema":1,"name":"free","machine":{},"prices":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// wire returns a configuration with one link each way and one core a host.
func wire(t testing.TB, up, down netem.Config) Config {
	t.Helper()
	host := Host{Cores: 1, Costs: free(t), Slowdown: 1, TCP: tcp.DefaultConfig()}
	return Config{
		Up: []netem.Config{up}, Down: []netem.Config{down}, Client: host, Server: host, Timeout: 120 * time.Second,
	}
}

func delayed(d time.Duration) netem.Config { return netem.Config{Delay: d} }

func mustReplicator(t testing.TB, cfg Config, rec *recording.Recording) *Replicator {
	t.Helper()
	w, err := NewReplicator(cfg, rec, recording.Full)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// openable returns a world of a configuration and the connection to open in it.
func openable(t testing.TB, cfg Config, rec *recording.Recording) (*World, Connection) {
	t.Helper()
	from, err := NewReplay(rec, recording.Full, cfg.Client, cfg.Server)
	if err != nil {
		t.Fatal(err)
	}
	w, err := NewWorld(cfg.Topology())
	if err != nil {
		t.Fatal(err)
	}
	o, err := cfg.Connection(from)
	if err != nil {
		t.Fatal(err)
	}
	return w, o
}

// openAll runs connections with the given starts in one world and returns their results.
func openAll(t testing.TB, cfg Config, rec *recording.Recording, starts ...time.Duration) []Result {
	t.Helper()
	w, o := openable(t, cfg, rec)
	w.Reset(1)
	results := make([]Result, len(starts))
	ended := 0
	for i, at := range starts {
		o.Start = at
		o.Ended = func(_ int, r *Result) {
			results[i] = *r
			ended++
		}
		if _, err := w.Open(o); err != nil {
			t.Fatal(err)
		}
	}
	w.Run()
	if ended != len(starts) {
		t.Fatalf("of %d connections %d have ended", len(starts), ended)
	}
	return results
}

// written returns a recording written by hand: a ClientHello of 250 bytes, a server's flight, a
// request and a response.
func written(t testing.TB, flight, response int) *recording.Recording {
	t.Helper()
	rec, err := recording.Parse(strings.NewReader(fmt.Sprintf(`recording 1
branch full
client
at 0
  work 50us
  write 250
at %[1]d
  work 300us
  mark handshake
  write 64
  write 522
at %[2]d
  mark first-byte
  mark last-byte
  close
server
at 250
  work 150us
  write %[1]d
at 836
  work 20us
  write %[3]d
  close
`, flight, flight+response, response)))
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

func TestAHandshakeOverACleanLinkTakesTwoRoundTripsAndItsComputation(t *testing.T) {
	w := mustReplicator(t, wire(t, delayed(25*ms), delayed(25*ms)), written(t, 2014, 1022))
	r := w.Run(1)
	if r.Outcome != OK {
		t.Fatalf("outcome %q", r.Outcome)
	}
	for _, c := range []struct {
		what string
		got  time.Duration
		want time.Duration
	}{
		{"connect", r.Connect, 50 * ms},
		{"handshake", r.Handshake, 100*ms + 500*time.Microsecond},
		{"ttfb", r.TTFB, 150*ms + 520*time.Microsecond},
		{"ttlb", r.TTLB, 150*ms + 520*time.Microsecond},
		{"client's CPU", r.ClientCPU, 350 * time.Microsecond},
		{"server's CPU", r.ServerCPU, 170 * time.Microsecond},
		{"propagation", r.Causes[Propagation], 150 * ms},
	} {
		if c.got != c.want {
			t.Errorf("%s is %v, want %v", c.what, c.got, c.want)
		}
	}
	if r.RoundTrips != 2 {
		t.Errorf("%d round trips, want 2", r.RoundTrips)
	}
	if r.BytesUp != 836 || r.BytesDown != 3036 {
		t.Errorf("%d bytes up and %d down, want 836 and 3036", r.BytesUp, r.BytesDown)
	}
}

func TestAFlightBeyondTheInitialWindowTakesARoundTripMore(t *testing.T) {
	for _, c := range []struct{ flight, want int }{
		{10 * 1448, 2}, {10*1448 + 1, 3}, {30 * 1448, 3}, {30*1448 + 1, 4},
	} {
		w := mustReplicator(t, wire(t, delayed(50*ms), delayed(50*ms)), written(t, c.flight, 1000))
		if r := w.Run(1); r.RoundTrips != c.want {
			t.Errorf("a flight of %d bytes: %d round trips, want %d", c.flight, r.RoundTrips, c.want)
		}
	}
}

// testLinks range from a link without loss to one that loses everything.
func testLinks() map[string]netem.Config {
	return map[string]netem.Config{
		"clean":     {Delay: 20 * ms},
		"lan":       {Delay: 50 * time.Microsecond},
		"loss":      {Delay: 20 * ms, Loss: 0.05},
		"heavy":     {Delay: 50 * ms, Loss: 0.2},
		"bursts":    {Delay: 10 * ms, Gemodel: netem.GilbertElliott{P: 0.05, R: 0.3, Bad: 1}},
		"slow":      {Delay: 30 * ms, Rate: 1_000_000, Limit: 20, Loss: 0.02},
		"jitter":    {Delay: 30 * ms, Jitter: 10 * ms, Loss: 0.03},
		"ordered":   {Delay: 30 * ms, Jitter: 10 * ms, Ordered: true, Loss: 0.03, Rate: 5_000_000},
		"far":       {Delay: 300 * ms, Loss: 0.01},
		"hopeless":  {Delay: 20 * ms, Loss: 0.6},
		"no packet": {Delay: 20 * ms, Loss: 1},
	}
}

func TestCausesAddUpToTheTimeOfTheLastByteOnAnyLink(t *testing.T) {
	recs := map[string]*recording.Recording{"small": written(t, 2014, 1022), "large": written(t, 20000, 100000)}
	for name, link := range testLinks() {
		for size, rec := range recs {
			w := mustReplicator(t, wire(t, link, link), rec)
			for seed := range uint64(200) {
				r := w.Run(seed)
				if r.Outcome != OK {
					if r.TTLB >= 0 {
						t.Fatalf("%s, %s, seed %d: outcome %q with a last byte at %v", name, size, seed, r.Outcome, r.TTLB)
					}
					continue
				}
				var sum time.Duration
				for c, d := range r.Causes {
					if d < 0 {
						t.Fatalf("%s, %s, seed %d: %v of %v", name, size, seed, Cause(c), d)
					}
					sum += d
				}
				if sum != r.TTLB {
					t.Fatalf("%s, %s, seed %d: causes add up to %v, last byte at %v", name, size, seed, sum, r.TTLB)
				}
				if !(r.Connect <= r.Handshake && r.Handshake <= r.TTFB && r.TTFB <= r.TTLB) {
					t.Fatalf("%s, %s, seed %d: out of order: %+v", name, size, seed, r)
				}
			}
		}
	}
}

func TestLossesAddOnlyTheirOwnCausesToThePath(t *testing.T) {
	for name, rec := range map[string]*recording.Recording{"small": written(t, 2014, 1022), "large": written(t, 40_000, 60_000)} {
		for _, loss := range []float64{0.02, 0.1, 0.3} {
			link := netem.Config{Delay: 50 * ms, Loss: loss}
			w := mustReplicator(t, wire(t, link, link), rec)
			for seed := range uint64(1000) {
				r := w.Run(seed)
				if r.Outcome != OK {
					continue
				}
				// Six flights cross, and both sides compute, as if nothing were lost: all
				// else is waits for timers and acknowledgements, under their own names.
				if cpu := r.Causes[ClientCPU] + r.Causes[ServerCPU]; r.Causes[Propagation] != 300*ms || cpu != 520*time.Microsecond {
					t.Fatalf("%s, loss %v, seed %d: propagation %v, cpu %v of %v; want 300ms, 520µs", name, loss, seed, r.Causes[Propagation], cpu, r.Causes)
				}
			}
		}
	}
}

func TestLostSYNsAreAllCountedAsSYNTimeouts(t *testing.T) {
	up := netem.Config{Delay: 25 * ms, Drops: []int{1, 2, 3}}
	r := mustReplicator(t, wire(t, up, delayed(25*ms)), written(t, 2014, 1022)).Run(1)
	if rest := r.TTLB - r.Causes[SYNTimeout]; rest != 150*ms+520*time.Microsecond || r.Causes[SYNTimeout] < 3*time.Second {
		t.Errorf("of %v, %v are SYN timeouts; want all but 150.52ms", r.TTLB, r.Causes[SYNTimeout])
	}
	if r.RoundTrips != 2 || r.SYNRetransmits != 3 {
		t.Errorf("%d round trips, %d SYNs again; want 2, 3", r.RoundTrips, r.SYNRetransmits)
	}
}

func TestALinkThatLosesEverythingEndsInATimeout(t *testing.T) {
	dead := netem.Config{Delay: 10 * ms, Loss: 1}
	for _, links := range [][2]netem.Config{{dead, delayed(10 * ms)}, {delayed(10 * ms), dead}} {
		r := mustReplicator(t, wire(t, links[0], links[1]), written(t, 2014, 1022)).Run(1)
		if r.Outcome != Timeout || r.Connect >= 0 || r.Handshake >= 0 || r.TTLB >= 0 || r.RoundTrips >= 0 {
			t.Errorf("got %+v, want a timeout that reached nothing", r)
		}
	}
}

func TestARunIsAFunctionOfItsSeed(t *testing.T) {
	link := netem.Config{Delay: 20 * ms, Jitter: 2 * ms, Loss: 0.1}
	rec := written(t, 8000, 50000)
	w, v := mustReplicator(t, wire(t, link, link), rec), mustReplicator(t, wire(t, link, link), rec)
	hashes := map[uint64]bool{}
	for seed := range uint64(300) {
		v.Run(1000 - seed) // what ran before must not matter
		a, b := w.Run(seed), v.Run(seed)
		if a != b {
			t.Fatalf("seed %d: %+v and %+v", seed, a, b)
		}
		hashes[a.Hash] = true
	}
	if len(hashes) != 300 {
		t.Errorf("300 seeds gave %d different runs", len(hashes))
	}
}

func TestAReplayAllocatesNothing(t *testing.T) {
	w := mustReplicator(t, wire(t, delayed(20*ms), delayed(20*ms)), written(t, 2014, 11000))
	w.Run(0)
	if n := testing.AllocsPerRun(100, func() { w.Run(0) }); n != 0 {
		t.Errorf("%v allocations a run, want 0", n)
	}
}

func TestConnectionsShareTheCoresOfTheirHosts(t *testing.T) {
	results := openAll(t, wire(t, delayed(10*ms), delayed(10*ms)), written(t, 2014, 1022), 0, 0, 0)
	// The client has one core: its second and third hello leave 50 µs after each
	// other, and the server computes 150 µs for each.
	for flow, want := range []time.Duration{0, 100, 200} {
		r := results[flow]
		if got := r.Causes[CPUQueue]; r.Outcome != OK || flow > 0 && got == 0 || flow == 0 && got != 0 {
			t.Errorf("connection %d: %s, waited %v for a core", flow, r.Outcome, got)
		}
		if flow == 0 && r.Handshake != 40*ms+500*time.Microsecond+want*time.Microsecond {
			t.Errorf("connection 0: handshake in %v", r.Handshake)
		}
	}
}

func TestLinksInARowAddTheirDelays(t *testing.T) {
	cfg := wire(t, delayed(0), delayed(0))
	cfg.Up = []netem.Config{delayed(5 * ms), {Delay: 10 * ms, Rate: 8_000_000}, delayed(1 * ms)}
	cfg.Down = []netem.Config{delayed(16 * ms)}
	r := mustReplicator(t, cfg, written(t, 2014, 1022)).Run(1)
	// Up, the bytes of a packet take a microsecond each.
	syn := 60 * time.Microsecond
	if want := 32*ms + syn; r.Connect != want {
		t.Errorf("connected after %v, want %v", r.Connect, want)
	}
	if got := r.Causes[Serialisation]; got <= syn {
		t.Errorf("serialisation %v, want more than the SYN's %v", got, syn)
	}
}

func TestAnInvalidConfigIsRejected(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"client: 0 cores":        func(c *Config) { c.Client.Cores = 0 },
		"server: no cost table":  func(c *Config) { c.Server.Costs = nil },
		"server: slowdown":       func(c *Config) { c.Server.Slowdown = 0 },
		"up: no link":            func(c *Config) { c.Up = nil },
		"down, link 1: netem":    func(c *Config) { c.Down[0].Delay = -1 },
		"timeout":                func(c *Config) { c.Timeout = 0 },
		"client: tcp: InitialWi": func(c *Config) { c.Client.TCP.InitialWindow = 0 },
	} {
		cfg := wire(t, delayed(0), delayed(0))
		change(&cfg)
		if _, err := NewReplicator(cfg, written(t, 2014, 1022), recording.Full); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if _, err := NewReplicator(wire(t, delayed(0), delayed(0)), written(t, 2014, 1022), recording.Resumed); err == nil {
		t.Error("NewReplicator accepts a branch that is not in the recording")
	}
}
