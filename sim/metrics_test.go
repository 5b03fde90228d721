package sim

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tlslab/netem"
	"tlslab/sim/recording"
)

func TestALossCostsTheWaitThatRepairsIt(t *testing.T) {
	// Down the link go SYN-ACK, ACK of the hello, then the flight.
	const first = 3
	for name, c := range map[string]struct {
		flight int
		drops  []int
		want   Cause
		lo, hi time.Duration
	}{
		"first of ten segments":      {10 * 1448, []int{first}, FastRetransmit, 100 * ms, 101 * ms},
		"last of ten segments":       {10 * 1448, []int{first + 9}, Probe, 400 * ms, 440 * ms},
		"first of two segments":      {2000, []int{first}, ReorderTimer, 125 * ms, 135 * ms},
		"only segment":               {1000, []int{first}, Probe, 300 * ms, 340 * ms},
		"only segment and its probe": {1000, []int{first, first + 1}, RTO, 300 * ms, 340 * ms},
		"SYN-ACK":                    {1000, []int{1}, SYNTimeout, 1000 * ms, 1033 * ms},
		"pure ACK only":              {1000, []int{first - 1}, RTO, 0, 0},
	} {
		down := netem.Config{Delay: 50 * ms, Drops: c.drops}
		r := mustReplicator(t, wire(t, delayed(50*ms), down), written(t, c.flight, 1000)).Run(1)
		if got := r.Causes[c.want]; got < c.lo || got > c.hi {
			t.Errorf("%s: %v takes %v of %v, want %v to %v", name, c.want, got, r.Causes, c.lo, c.hi)
		}
	}
}

// slowReader is a response larger than any receive window, to a client that
// computes for 30 s after the first byte.
func slowReader(t *testing.T) *recording.Recording {
	t.Helper()
	rec, err := recording.Parse(strings.NewReader(`recording 1
branch full
client
at 0
  write 250
  mark handshake
at 1000
  mark first-byte
  work 30s
at 2000000
  mark last-byte
server
at 250
  write 2000000
`))
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

func TestAClosedWindowIsAWaitForTheWindowOrForItsProbe(t *testing.T) {
	w := mustReplicator(t, wire(t, delayed(20*ms), delayed(20*ms)), slowReader(t))
	r := w.Run(1)
	if r.Outcome != OK || r.Causes[Window] < 30*time.Second || r.Causes[Persist] != 0 {
		t.Errorf("%s, causes %v; want a wait for the window and no window probe", r.Outcome, r.Causes)
	}
	// The window update that opens the window is lost, and the next window probe reveals it. The
	// test finds the packet by dropping each group of four in turn.
	for n := 1; n < 200; n++ {
		r := mustReplicator(t, wire(t, netem.Config{Delay: 20 * ms, Drops: []int{n, n + 1, n + 2, n + 3}}, delayed(20*ms)), slowReader(t)).Run(1)
		if r.Causes[Persist] > 0 {
			if r.Causes[RTO] != 0 {
				t.Errorf("causes %v; want no timeout of data", r.Causes)
			}
			return
		}
	}
	t.Error("no loss of a window update puts a window probe on the critical path")
}

func TestAWaitForAProbeBeginsWhenItsTimerIsArmed(t *testing.T) {
	// If packets are lost while the window is closed, probes carry data that has waited for the
	// application for up to 30 s.
	link := netem.Config{Delay: 20 * ms, Loss: 0.1}
	w := mustReplicator(t, wire(t, link, link), slowReader(t))
	for seed := range uint64(100) {
		if r := w.Run(seed); r.Causes[Probe] > 10*time.Second {
			t.Fatalf("seed %d: %v of %v are waits for the timers of probes", seed, r.Causes[Probe], r.TTLB)
		}
	}
}

func TestTheMetricsOfACleanConnection(t *testing.T) {
	cfg := wire(t, delayed(25*ms), delayed(25*ms))
	cfg.Client.Slowdown, cfg.Server.Slowdown = 3, 0.5
	r := mustReplicator(t, cfg, written(t, 2014, 1022)).Run(1)
	// Up: SYN, ACK, hello, two ACKs of the flight, Finished, request, FIN, ACK.
	// Down: SYN-ACK, ACK of the hello, two of the flight, ACK, response, FIN, ACK.
	want := [2]int64{9, 8}
	if got := [2]int64{r.PacketsUp, r.PacketsDown}; got != want {
		t.Errorf("%d packets up and down, want %d", got, want)
	}
	if want := [2]time.Duration{1050 * time.Microsecond, 85 * time.Microsecond}; [2]time.Duration{r.ClientCPU, r.ServerCPU} != want {
		t.Errorf("CPU %v and %v, want %v", r.ClientCPU, r.ServerCPU, want)
	}
	if r.Retransmits != 0 || r.SYNRetransmits != 0 {
		t.Errorf("%d retransmissions of data and %d of SYNs on a clean link", r.Retransmits, r.SYNRetransmits)
	}
}

func TestRetransmissionsOfBothSidesAreCounted(t *testing.T) {
	for name, c := range map[string]struct {
		up, down  []int
		data, syn int64
	}{
		"SYN": {up: []int{1}, syn: 1},
		// Both timers expire, and the server answers the second SYN.
		"SYN-ACK": {down: []int{1}, syn: 3},
		"hello":   {up: []int{3}, data: 1},
		"flight":  {down: []int{3}, data: 1},
	} {
		up, down := netem.Config{Delay: 25 * ms, Drops: c.up}, netem.Config{Delay: 25 * ms, Drops: c.down}
		r := mustReplicator(t, wire(t, up, down), written(t, 2014, 1022)).Run(1)
		if r.Retransmits != c.data || r.SYNRetransmits != c.syn {
			t.Errorf("%s lost: %d of data and %d of SYN sent again, want %d and %d", name, r.Retransmits, r.SYNRetransmits, c.data, c.syn)
		}
	}
}

func TestGoodputCountsFromTheFirstToTheLastByte(t *testing.T) {
	r := Result{TTFB: 200 * ms, TTLB: 300 * ms}
	if got, ok := r.Goodput(1000); !ok || got != 10_000 {
		t.Errorf("1000 bytes in 100 ms: %v bytes a second (%v), want 10000", got, ok)
	}
	for _, r := range []Result{{TTFB: -1, TTLB: -1}, {TTFB: 5, TTLB: 5}} {
		if got, ok := r.Goodput(1000); ok {
			t.Errorf("%+v: goodput %v, want none", r, got)
		}
	}
}

func TestTimesCountFromTheStartOfTheirConnection(t *testing.T) {
	results := openAll(t, wire(t, delayed(10*ms), delayed(10*ms)), written(t, 2014, 1022), 0, time.Second)
	a, b := results[0], results[1]
	if a.Connect != 20*ms || b.Connect != a.Connect || b.Handshake != a.Handshake || b.TTLB != a.TTLB {
		t.Errorf("a connection that starts a second later has other times: %+v, %+v", a, b)
	}
}

func TestTheTimeoutEndsAConnection(t *testing.T) {
	cfg := wire(t, delayed(25*ms), delayed(25*ms))
	cfg.Timeout = 120 * ms // between the handshake and the first byte
	r := mustReplicator(t, cfg, written(t, 2014, 1022)).Run(1)
	if r.Outcome != Timeout || r.Handshake < 0 || r.TTFB >= 0 || r.TTLB >= 0 {
		t.Errorf("got %+v, want a timeout after the handshake", r)
	}
}

func TestTimerTicksDifferFromRunToRun(t *testing.T) {
	lost := netem.Config{Delay: 25 * ms, Drops: []int{1}}
	w := mustReplicator(t, wire(t, lost, delayed(25*ms)), written(t, 2014, 1022))
	var waits []time.Duration
	for seed := range uint64(200) {
		waits = append(waits, w.Run(seed).Causes[SYNTimeout])
	}
	// A timer of 1 s expires at a step of 32 ms of the timer wheel. The seed shifts the steps.
	if lo, hi := slices.Min(waits), slices.Max(waits); lo < 1000*ms || lo > 1006*ms || hi < 1027*ms || hi > 1036*ms {
		t.Errorf("a SYN is repeated after %v to %v, want 1s to 1.032s", lo, hi)
	}
}

func TestWaitsInQueuesInARowAddUp(t *testing.T) {
	cfg := wire(t, delayed(0), delayed(0))
	// 10 segments of 1500 bytes at 12 Mbit/s take 1 ms each; at 6 Mbit/s 2 ms.
	cfg.Down = []netem.Config{{Rate: 12_000_000, Delay: 50 * ms}, {Rate: 6_000_000}}
	r := mustReplicator(t, cfg, written(t, 10*1448, 1000)).Run(1)
	var sum time.Duration
	for _, d := range r.Causes {
		sum += d
	}
	// The last one waits 9 ms behind the others, then 9 ms at the slower link. The
	// response leaves 20 µs after the ACK of the request, whose 52 bytes take 34.666 µs.
	if want := 18*ms + 14666; sum != r.TTLB || r.Causes[Queue] != want {
		t.Errorf("queued %v of %v, want %v", r.Causes[Queue], r.Causes, want)
	}
}

func TestEachHostHasItsOwnCores(t *testing.T) {
	cfg := wire(t, delayed(10*ms), delayed(10*ms))
	for name, c := range map[string]struct {
		client, server int
		want           time.Duration // that the third connection waits
	}{
		"one server core":  {3, 1, 300 * time.Microsecond},
		"cores for all":    {3, 3, 0},
		"one client core":  {1, 3, (100 + 500) * time.Microsecond},
		"two server cores": {3, 2, 150 * time.Microsecond},
	} {
		cfg.Client.Cores, cfg.Server.Cores = c.client, c.server
		results := openAll(t, cfg, written(t, 2014, 1022), 0, 0, 0)
		if got := results[2].Causes[CPUQueue]; got != c.want {
			t.Errorf("%s: the third connection waits %v for a core, want %v", name, got, c.want)
		}
	}
}

func TestDroppedPacketsReturnToThePool(t *testing.T) {
	link := netem.Config{Delay: 5 * ms, Loss: 0.1}
	w := mustReplicator(t, wire(t, link, link), written(t, 2014, 1_000_000))
	w.Run(1)
	if n := len(w.world.connections[0].packets.all); n > 100 {
		t.Errorf("%d packets were under way at once, want at most a window of them", n)
	}
}

func TestAPacedSenderWaitsForItsPacingTimer(t *testing.T) {
	for name, link := range map[string]netem.Config{"clean": {Delay: 20 * ms}, "lossy": {Delay: 20 * ms, Loss: 0.05}} {
		cfg := wire(t, link, link)
		cfg.Server.TCP.Pacing = true
		r := mustReplicator(t, cfg, written(t, 2014, 200_000))
		var paced time.Duration
		for seed := range uint64(100) {
			result := r.Run(seed)
			if result.Outcome != OK {
				continue
			}
			var sum time.Duration
			for _, d := range result.Causes {
				sum += d
			}
			if sum != result.TTLB {
				t.Fatalf("%s, seed %d: causes add up to %v, last byte at %v", name, seed, sum, result.TTLB)
			}
			paced += result.Causes[Pacing]
		}
		if paced == 0 {
			t.Errorf("%s: no critical path has a wait for pacing", name)
		}
	}
}
