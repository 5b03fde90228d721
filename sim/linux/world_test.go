package linux

import (
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tlslab/netem"
	"tlslab/sim"
	"tlslab/sim/costs"
	"tlslab/sim/recording"
	"tlslab/sim/tcp"
)

// timeout is the time that the measurement gave a trial.
const timeout = 120 * time.Second

// bed is the test bed: one machine that is client and server, and a link each way. Both ends read
// one clock, as two network namespaces do.
type bed struct {
	world      *sim.World
	connection sim.Connection
	result     sim.Result
}

// path is what the kernel and the emulated link add to the round trip of a cell: from least to
// most, uniformly. rate is that of a link without a rate (README.md, Accuracy). The zero value is
// the link as it was set.
type path struct {
	least, most time.Duration
	rate        int64
}

// newBed returns the test bed of a cell. With a drop list the links lose those packets and no
// others.
func newBed(t testing.TB, c *cell, rec *recording.Recording, p path, lost *drops) *bed {
	t.Helper()
	link := netem.Config{Delay: c.RTT/2 + (p.least+p.most)/4, Jitter: (p.most - p.least) / 4, Ordered: true, Loss: c.Loss, Rate: c.Rate, Limit: c.QueuePackets}
	if c.Rate == 0 && p.rate > 0 {
		link.Rate, link.Limit = p.rate, netem.MaxLimit
	}
	if c.Jitter > 0 { // uniform from 0 to Jitter
		link.Delay, link.Jitter, link.Ordered = link.Delay+c.Jitter/2, c.Jitter/2, !c.Reorder
	}
	up, down := link, link
	if lost != nil {
		up.Loss, up.Drops = 0, lost.of('c')
		down.Loss, down.Drops = 0, lost.of('s')
	}
	machine := sim.Host{Cores: 2, Costs: noCosts(t), Slowdown: 1, TCP: tcp.DefaultConfig()}
	if c.CC != "cubic" {
		machine.TCP.CongestionControl = c.CC
	}
	return newBedOf(t, machine, up, down, rec)
}

// newBedOf returns a test bed of a machine and its links.
func newBedOf(t testing.TB, machine sim.Host, up, down netem.Config, rec *recording.Recording) *bed {
	t.Helper()
	from, err := sim.NewReplay(rec, recording.Full, machine, machine)
	if err != nil {
		t.Fatal(err)
	}
	b := new(bed)
	b.world, err = sim.NewWorld(sim.Topology{
		Hosts: []sim.Host{machine}, Links: []netem.Config{up, down}, Paths: []sim.Path{{Up: []int{0}, Down: []int{1}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	b.connection = sim.Connection{Source: from, Timeout: timeout, Ended: func(_ int, r *sim.Result) { b.result = *r }}
	return b
}

// run runs the connection of a seed, whose first SYN leaves at an instant of virtual time.
func (b *bed) run(t testing.TB, seed uint64, start time.Duration) *sim.Result {
	t.Helper()
	b.world.Reset(seed)
	b.connection.Start = start
	if _, err := b.world.Open(b.connection); err != nil {
		t.Fatal(err)
	}
	b.world.Run()
	return &b.result
}

// times are the compared times of a result.
func times(r *sim.Result) [metrics]time.Duration {
	return [metrics]time.Duration{r.Connect, r.Handshake, r.TTLB}
}

// phases is the number of placements of the timer ticks with which a known loss is repeated.
const phases = 16

// phaseStep moves the start of a connection against the timer ticks. The buckets of the timer
// wheel are 4, 32 and 256 ms wide at HZ 250 (kernel/time/timer.c, LVL_GRAN): 16 steps visit each
// sixteenth of all three once.
const phaseStep = (4 + 32 + 256) * time.Millisecond / phases

// noCosts is a cost table without prices: computing times come from the recording.
func noCosts(t testing.TB) *costs.Table {
	t.Helper()
	table, err := costs.Read("none", strings.NewReader(`{"schema":1,"name":"none","machine":{},"prices":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// onAllCores calls work with 0 to n-1 on all cores.
func onAllCores(n int, work func(i int)) {
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				work(i)
			}
		})
	}
	workers.Wait()
}
