package sim

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"tlslab/netem"
	"tlslab/sim/costs"
	"tlslab/sim/recording"
	"tlslab/sim/tcp"
)

// µs is a microsecond.
const µs = time.Microsecond

// kernelRows are rows of a cost table in which the work of the kernel takes a fixed time.
func kernelRows(takes map[costs.KernelOp]time.Duration) string {
	var rows []string
	for o := range costs.NumKernelOps {
		if d, ok := takes[o]; ok {
			rows = append(rows, fmt.Sprintf(`{"op": %q, "ns": %d}`, o.Op(0), d.Nanoseconds()))
		}
	}
	return strings.Join(rows, ",")
}

// withKernel returns a copy of a cost table with further rows.
func withKernel(t testing.TB, table *costs.Table, rows string) *costs.Table {
	t.Helper()
	var b strings.Builder
	if err := table.Write(&b); err != nil {
		t.Fatal(err)
	}
	text := strings.TrimSuffix(strings.TrimSpace(b.String()), "]\n}")
	if rows != "" && len(table.Prices) > 0 {
		text += ","
	}
	priced, err := costs.Read("with a kernel", strings.NewReader(text+rows+"]}"))
	if err != nil {
		t.Fatal(err)
	}
	return priced
}

// wholeKernel prices all work of the kernel, with parts for each byte.
const wholeKernel = `{"op": "kernel rx-segment", "ns": 1300, "ps_per_byte": 150},
	{"op": "kernel tx-burst", "ns": 2100, "ps_per_byte": 90}, {"op": "kernel read", "ns": 700, "ps_per_byte": 210},
	{"op": "kernel write", "ns": 900, "ps_per_byte": 250}, {"op": "kernel wakeup", "ns": 4900}`

// serverKernel is wire with work of the server's kernel.
func serverKernel(t testing.TB, link netem.Config, takes map[costs.KernelOp]time.Duration) Config {
	t.Helper()
	cfg := wire(t, link, link)
	cfg.Server.Costs = withKernel(t, cfg.Server.Costs, kernelRows(takes))
	return cfg
}

func TestAKernelThatTakesNoTimeChangesNothing(t *testing.T) {
	none := map[costs.KernelOp]time.Duration{}
	for o := range costs.NumKernelOps {
		none[o] = 0
	}
	for name, link := range testLinks() {
		cfg := priced(t, link)
		zero := cfg
		zero.Client.Costs = withKernel(t, cfg.Client.Costs, kernelRows(none))
		zero.Server.Costs = withKernel(t, cfg.Server.Costs, kernelRows(none))
		rec, outcome := handshakes()["1.3 full"].record(t)
		without, err := NewReplicator(cfg, rec, outcome)
		if err != nil {
			t.Fatal(err)
		}
		with, err := NewReplicator(zero, rec, outcome)
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(10) {
			if a, b := without.Run(seed), with.Run(seed); a != b {
				t.Fatalf("%s, seed %d:\nwithout prices %+v\nwith prices 0  %+v", name, seed, a, b)
			}
		}
	}
}

func TestTheKernelReceivesEachSegmentOnCPUTimeOfItsHost(t *testing.T) {
	const c = 3 * µs
	link := netem.Config{Delay: 10 * ms, Loss: 0.02}
	base := mustReplicator(t, wire(t, link, link), written(t, 20_000, 100_000))
	r := mustReplicator(t, serverKernel(t, link, map[costs.KernelOp]time.Duration{costs.KernelRxSegment: c}), written(t, 20_000, 100_000))
	for seed := range uint64(20) {
		received := 0
		r.Observe(func(e *Event) {
			if e.Kind == PacketDelivered && e.FromClient {
				received++
			}
		})
		got, without := r.Run(seed), base.Run(seed)
		if want := without.ServerCPU + time.Duration(received)*c; got.ServerCPU != want || got.ClientCPU != without.ClientCPU {
			t.Errorf("seed %d: %v of server CPU for %d segments, want %v", seed, got.ServerCPU, received, want)
		}
	}
}

// The server receives SYN, ACK, hello, two ACKs of the flight, Finished and request together, FIN,
// ACK. It sends SYN-ACK, ACK of the hello, flight, ACK of the Finished, response, FIN, ACK.
func TestEachSegmentAndSystemCallOfAHandshakeTakesItsTime(t *testing.T) {
	const takes = 2 * µs
	for _, c := range []struct {
		op                       costs.KernelOp
		connect, handshake, ttlb time.Duration // how often, on the critical path
		server                   time.Duration // how often, on the server
	}{
		{costs.KernelRxSegment, 1, 2, 4, 9}, // SYN; hello; Finished, then request
		{costs.KernelTxBurst, 1, 3, 5, 7},   // SYN-ACK; ACK, then flight; ACK, then response
		{costs.KernelRead, 0, 1, 3, 3},      // hello; Finished, then request
		{costs.KernelWrite, 0, 1, 2, 2},     // flight; response
		{costs.KernelWakeup, 0, 1, 2, 3},    // by hello, Finished, connection
	} {
		link, rec := delayed(25*ms), written(t, 2014, 1022)
		base := mustReplicator(t, wire(t, link, link), rec).Run(1)
		got := mustReplicator(t, serverKernel(t, link, map[costs.KernelOp]time.Duration{c.op: takes}), rec).Run(1)
		for _, m := range []struct {
			what                 string
			base, got, frequency time.Duration
		}{
			{"connect", base.Connect, got.Connect, c.connect},
			{"handshake", base.Handshake, got.Handshake, c.handshake},
			{"ttlb", base.TTLB, got.TTLB, c.ttlb},
			{"server's CPU", base.ServerCPU, got.ServerCPU, c.server},
			{"client's CPU", base.ClientCPU, got.ClientCPU, 0},
		} {
			if want := m.base + m.frequency*takes; m.got != want {
				t.Errorf("%v: %s %v, want %v", c.op, m.what, m.got, want)
			}
		}
	}
}

func TestABurstIsSentOnceHoweverManySegmentsItHas(t *testing.T) {
	const takes = 4 * µs
	link := delayed(10 * ms)
	r := mustReplicator(t, serverKernel(t, link, map[costs.KernelOp]time.Duration{costs.KernelTxBurst: takes}), written(t, 14_480, 300_000))
	bursts, segments := map[uint32]bool{}, 0
	r.Observe(func(e *Event) {
		if e.Kind == SegmentSent && !e.FromClient {
			bursts[e.Segment.Burst] = true
			segments++
		}
	})
	got := r.Run(1).ServerCPU - mustReplicator(t, wire(t, link, link), written(t, 14_480, 300_000)).Run(1).ServerCPU
	if want := time.Duration(len(bursts)) * takes; got != want || segments < 2*len(bursts) {
		t.Errorf("%d segments in %d bursts take %v, want %v", segments, len(bursts), got, want)
	}
}

func TestSegmentsLeaveInTheOrderOfTCPAfterTheirCost(t *testing.T) {
	const takes, connections = 500 * µs, 60
	link := netem.Config{Delay: 5 * ms, Loss: 0.02}
	cfg := serverKernel(t, link, map[costs.KernelOp]time.Duration{costs.KernelTxBurst: takes, costs.KernelWrite: 50 * µs})
	cfg.Server.Cores = 3 // so that processes are often not on the core of their connection
	w, o := openable(t, cfg, writtenInRecords(t, 20, 300*µs, 0))
	type sent struct {
		segment tcp.Segment
		at      time.Duration
	}
	unsent := map[int][]sent{}
	w.Observe(func(e *Event) {
		switch {
		case e.FromClient:
		case e.Kind == SegmentSent:
			unsent[e.Connection] = append(unsent[e.Connection], sent{*e.Segment, e.At})
		case e.Kind == PacketOffered:
			next := unsent[e.Connection][0]
			unsent[e.Connection] = unsent[e.Connection][1:]
			if e.Segment.Seq != next.segment.Seq || e.Segment.Ack != next.segment.Ack || e.At < next.at+takes {
				t.Fatalf("connection %d: %v, sent at %v, leaves at %v; next is %v", e.Connection, e.Segment, next.at, e.At, &next.segment)
			}
		}
	})
	w.Reset(1)
	for range connections {
		if _, err := w.Open(o); err != nil {
			t.Fatal(err)
		}
	}
	w.Run()
	if len(unsent) != connections {
		t.Errorf("%d connections have sent segments, want %d", len(unsent), connections)
	}
}

// The second SYN arrives while the server computes for the first hello.
func TestASoftirqInterruptsTheProcessOnItsCoreAndNoOther(t *testing.T) {
	const takes = 10 * µs
	for cores, delay := range map[int]time.Duration{1: takes, 2: 0} {
		cfg := serverKernel(t, delayed(10*ms), map[costs.KernelOp]time.Duration{costs.KernelRxSegment: takes})
		cfg.Server.Cores = cores
		rec := written(t, 1000, 1000)
		alone := openAll(t, cfg, rec, 0)[0]
		interrupted := openAll(t, cfg, rec, 0, 20*ms+100*µs)[0]
		if got := interrupted.Handshake - alone.Handshake; got != delay {
			t.Errorf("%d cores: the handshake takes %v longer, want %v", cores, got, delay)
		}
		if got := interrupted.Causes[CPUQueue] - alone.Causes[CPUQueue]; got != delay {
			t.Errorf("%d cores: it waits %v longer for a core, want %v", cores, got, delay)
		}
		if interrupted.ServerCPU != alone.ServerCPU {
			t.Errorf("%d cores: %v of CPU time, alone %v", cores, interrupted.ServerCPU, alone.ServerCPU)
		}
	}
}

func TestACoreDoesOneThingAtATime(t *testing.T) {
	const connections = 40
	for _, cores := range []int{1, 2} {
		cfg := wire(t, delayed(ms), delayed(ms))
		cfg.Server.Costs, cfg.Server.Slowdown, cfg.Server.Cores = withKernel(t, cfg.Server.Costs, wholeKernel), 20, cores
		w, o := openable(t, cfg, written(t, 3000, 20_000))
		var cpu, lastByte time.Duration
		o.Ended = func(_ int, r *Result) { cpu, lastByte = cpu+r.ServerCPU, max(lastByte, r.TTLB) }
		w.Reset(1)
		for range connections {
			if _, err := w.Open(o); err != nil {
				t.Fatal(err)
			}
		}
		w.Run()
		// After the last response a few FINs and ACKs are left.
		if n := time.Duration(cores); cpu > n*w.Now() || cpu < n*lastByte*9/10 {
			t.Errorf("%d cores: %v of CPU time; last byte at %v, end at %v", cores, cpu, lastByte, w.Now())
		}
	}
}

func TestTransfersShareTheKernelOfAHostByItsCores(t *testing.T) {
	var waited [3]time.Duration
	for cores := 1; cores <= 2; cores++ {
		cfg := wire(t, delayed(5*ms), netem.Config{Delay: 5 * ms, Rate: 50_000_000, Limit: 50})
		cfg.Client.Costs = withKernel(t, cfg.Client.Costs, wholeKernel)
		cfg.Server.Costs = cfg.Client.Costs
		cfg.Client.Slowdown, cfg.Client.Cores = 50, cores
		cfg.Background = Background{Downloads: 1, Lead: 500 * ms}
		r := mustReplicator(t, cfg, written(t, 1000, 1000))
		for seed := range uint64(20) {
			result := r.Run(seed)
			if result.Outcome != OK {
				t.Fatal(result.Outcome)
			}
			waited[cores] += result.Causes[CPUQueue]
		}
	}
	if waited[1] == 0 || waited[2] > waited[1]/4 {
		t.Errorf("connections beside a download wait %v for a core of one, %v for a core of two", waited[1], waited[2])
	}
}

func TestARunWithAKernelAllocatesNothing(t *testing.T) {
	cfg := wire(t, delayed(10*ms), delayed(10*ms))
	cfg.Client.Costs = withKernel(t, cfg.Client.Costs, wholeKernel)
	cfg.Server.Costs = cfg.Client.Costs
	r := mustReplicator(t, cfg, written(t, 20_000, 300_000))
	r.Run(1)
	if n := testing.AllocsPerRun(10, func() { r.Run(1) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestAKernelHasNoMoreCoresThanLinux(t *testing.T) {
	cfg := serverKernel(t, delayed(ms), map[costs.KernelOp]time.Duration{costs.KernelRead: µs})
	cfg.Server.Cores = maxKernelCores + 1
	if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), "8193 cores: want at most 8192") {
		t.Errorf("error %v", err)
	}
	cfg.Server.Costs = free(t)
	if err := cfg.Validate(); err != nil {
		t.Errorf("without prices of the kernel: %v", err)
	}
}

func TestWorkOfTheKernelAddsUp(t *testing.T) {
	for name, link := range testLinks() {
		for size, rec := range map[string]*recording.Recording{
			"small": written(t, 2014, 1022), "large": written(t, 20_000, 300_000),
			"slow server": writtenInRecords(t, 100, 4*ms, 100*µs), "slow client": writtenInRecords(t, 100, 5*µs, 20*ms),
		} {
			cfg := wire(t, link, link)
			cfg.Client.Costs = withKernel(t, cfg.Client.Costs, wholeKernel)
			cfg.Server.Costs, cfg.Server.Slowdown = cfg.Client.Costs, 7
			for _, nagle := range []bool{false, true} {
				cfg.Client.TCP.Nagle, cfg.Server.TCP.Nagle = nagle, nagle
				whole := mustReplicator(t, cfg, rec)
				whole.world.historyLimit = 1 << 30
				compacted := compacting(t, cfg, rec, 30)
				for seed := range uint64(20) {
					r := whole.Run(seed)
					var sum time.Duration
					for _, d := range r.Causes {
						sum += d
						if d < 0 {
							t.Fatalf("%s, %s, seed %d: %v", name, size, seed, r.Causes)
						}
					}
					if sum != max(r.TTLB, 0) {
						t.Fatalf("%s, %s, seed %d: %s, causes %v add up to %v, want %v", name, size, seed, r.Outcome, r.Causes, sum, r.TTLB)
					}
					if c := compacted.Run(seed); c != r {
						t.Fatalf("%s, %s, seed %d:\n%+v, compacted\n%+v", name, size, seed, r, c)
					}
				}
			}
		}
	}
}

func TestLiveEnginesAndTheirRecordingAgreeWithAKernel(t *testing.T) {
	all := handshakes()
	if testing.Short() {
		all = map[string]handshake{"1.3 full": all["1.3 full"]}
	} else {
		maps.Copy(all, earlyHandshakes(t))
	}
	for name, h := range all {
		rec, outcome := h.record(t)
		for where, link := range testLinks() {
			cfg := priced(t, link)
			cfg.Client.Costs = withKernel(t, cfg.Client.Costs, wholeKernel)
			cfg.Server.Costs = cfg.Client.Costs
			agree(t, fmt.Sprintf("%s, %s", name, where), cfg, rec, outcome, h.exchange(t))
		}
	}
}

// A read holds the socket: the segments that arrive before its end are processed then, with one ACK
// for all of them (kernel sk_add_backlog, tcp_backlog_ack_defer).
func TestSegmentsThatArriveDuringAReadWaitForItsEnd(t *testing.T) {
	link := netem.Config{Delay: 10 * ms, Rate: 2_000_000_000}
	packets := map[time.Duration]int64{}
	for _, read := range []time.Duration{0, 50 * µs} {
		cfg := wire(t, link, link)
		cfg.Client.Costs = withKernel(t, cfg.Client.Costs, kernelRows(map[costs.KernelOp]time.Duration{costs.KernelRead: read}))
		r := mustReplicator(t, cfg, written(t, 2014, 100_000)).Run(1)
		if r.Outcome != OK {
			t.Fatalf("reads of %v: %s", read, r.Outcome)
		}
		packets[read] = r.PacketsUp
	}
	if 2*packets[50*µs] > packets[0] {
		t.Errorf("the client sends %d packets while its reads hold the socket, %d otherwise", packets[50*µs], packets[0])
	}
}

// The segments are in the softirq together. Each interrupts the read, which began before them.
func TestAReadHoldsTheSocketHoweverOftenItIsInterrupted(t *testing.T) {
	cfg := serverKernel(t, delayed(ms), map[costs.KernelOp]time.Duration{costs.KernelRead: 50 * µs, costs.KernelRxSegment: 10 * µs})
	w, o := openable(t, cfg, written(t, 1000, 1000))
	w.Reset(1)
	if _, err := w.Open(o); err != nil {
		t.Fatal(err)
	}
	p := &w.connections[0].procs[server]
	w.beginCalls(p)
	w.addCall(p, costs.KernelRead, 0)
	if !w.runLocked(p) {
		t.Fatal("the read takes no time")
	}
	w.now = 5 * µs
	core := &p.kernel.cores[p.core]
	for range 3 {
		core.occupy(w.now, 10*µs, 0)
	}
	if p.began <= w.now || p.until != 80*µs {
		t.Errorf("the read would have begun at %v and ends at %v", p.began, p.until)
	}
	p.ep.Receive(w.now, 0, &tcp.Segment{Flags: tcp.SYN})
	if p.ep.Stats().SegmentsReceived != 0 {
		t.Error("a segment does not wait for the read")
	}
}

func TestTheQueueOfACoreHoldsOnlyWhatIsNotDone(t *testing.T) {
	cfg := serverKernel(t, delayed(ms), map[costs.KernelOp]time.Duration{costs.KernelRxSegment: µs})
	w, _ := openable(t, cfg, written(t, 1000, 1000))
	w.Reset(1)
	c := w.kernelCores[0]
	for i := range 10_000 { // the core always has ten segments to do
		w.addWork(c, kernelWork{ends: time.Duration(i + 1)})
		if i >= 10 {
			c.head++
		}
	}
	if n := cap(c.work); n > 100 {
		t.Errorf("room for %d segments in a queue of ten", n)
	}
}

func TestABurstOnAnotherCoreLeavesAfterTheLastOne(t *testing.T) {
	cfg := serverKernel(t, delayed(ms), map[costs.KernelOp]time.Duration{costs.KernelTxBurst: µs})
	cfg.Server.Cores = 2
	w, o := openable(t, cfg, written(t, 1000, 1000))
	w.Reset(1)
	if _, err := w.Open(o); err != nil {
		t.Fatal(err)
	}
	p := &w.connections[0].procs[server]
	p.kernel.cores[0].until = ms
	w.beginBurst(p, make([]tcp.Segment, 1))
	last := p.sending.ends
	p.core = 1
	w.beginBurst(p, make([]tcp.Segment, 1))
	if last != ms+µs || p.sending.ends <= last {
		t.Errorf("the bursts leave at %v and %v", last, p.sending.ends)
	}
}
