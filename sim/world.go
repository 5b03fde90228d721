package sim

import (
	"time"

	"tlslab/netem"
	"tlslab/sim/tcp"
)

// side is an end of a connection.
type side int32

const (
	client side = iota
	server
)

// World runs connections over a topology in virtual time. It is not safe for concurrent use.
// Worlds share no state: parallel workers have a world each.
//
//	w, err := sim.NewWorld(topology)
//	w.Reset(seed)
//	w.Open(connection) // any number of times, also when a connection ends
//	w.Run()
type World struct {
	topology Topology
	now      time.Duration
	tag      tcp.Tag // history node of the event in hand
	events   eventQueue
	hash     eventHash

	links       []link       // by index in Topology.Links
	hops        []hop        // of all paths
	first       [][2]int32   // by path: the first hop from the client, and from the server
	cores       []cores      // by host
	kernels     []*kernel    // by host; nil for one whose work takes no time
	kernelCores []*core      // of all kernels: their timers follow those of the links
	tcp         []tcp.Config // by host: its settings with the clock of this run
	draws       draws        // random draws of this run
	// bursts numbers the bursts of all endpoints, so that links can tell them apart: an endpoint
	// gives a retransmitted SYN the number of the SYN before.
	bursts  uint32
	arrived []netem.Delivery // by the link event in hand
	dropped []*connection    // connections whose last packet the event in hand has dropped

	metrics [][]tcp.Metrics // by host that remembers and peer; nil for a host that does not

	connections  []*connection // by slot
	unused       []uint32      // free slots
	opened       int           // connections opened since Reset
	stopped      bool          // Run returns after the event in hand
	histories    []*history    // unused
	historyLimit int           // number of nodes at which a history is compacted
	compactor    compactor
	path         criticalPath
	segments     []tcp.Segment // memory for the output of all endpoints
	fetchSource  fetchSource   // steps of the fetch that begins
	result       Result        // of the connection that ends
	observer     func(*Event)  // nil: none
	lastEvent    Event         // memory for the observer's events
}

// NewWorld builds a world of a topology. The topology must not change afterwards. Reset begins a
// run. The error is that of Topology.Validate.
func NewWorld(t Topology) (*World, error) {
	if err := t.Validate(); err != nil {
		return nil, err
	}
	w := &World{
		topology:     t,
		cores:        make([]cores, len(t.Hosts)),
		tcp:          make([]tcp.Config, len(t.Hosts)),
		draws:        draws{t.linkPlaces(), make([]uint64, len(t.Links)), make([]time.Duration, len(t.Hosts)), 0},
		historyLimit: historyLimit,
		compactor:    compactor{minGap: minGap},
	}
	for i := range t.Hosts {
		w.tcp[i] = t.Hosts[i].TCP
		w.metrics = append(w.metrics, nil)
		if t.Hosts[i].MetricsSave {
			w.metrics[i] = make([]tcp.Metrics, len(t.Hosts))
		}
	}
	for i := range t.Hosts {
		k := newKernel(&w.topology.Hosts[i])
		w.kernels = append(w.kernels, k)
		if k != nil {
			w.addCores(k)
		}
	}
	for i := range t.Links {
		w.links = append(w.links, link{Link: netem.New(t.Links[i], 0), number: int32(i)})
	}
	for i := range t.Paths {
		p := &t.Paths[i]
		w.first = append(w.first, [2]int32{client: w.addHops(p.Up, server), server: w.addHops(p.Down, client)})
	}
	return w, nil
}

// addHops adds the hops of one direction of a path and returns the index of the first one.
func (w *World) addHops(links []int, end side) int32 {
	first := int32(len(w.hops))
	for i, l := range links {
		w.hops = append(w.hops, hop{link: &w.links[l], last: i == len(links)-1, end: end})
	}
	least := int32(0)
	for i := len(links) - 1; i >= 0; i-- {
		if mss := int32(w.topology.Links[links[i]].MSS); mss != 0 && (least == 0 || mss < least) {
			least = mss
		}
		w.hops[int(first)+i].mss = least
	}
	return first
}

// addCores gives the cores of a kernel their timers.
func (w *World) addCores(k *kernel) {
	for i := range k.cores {
		k.cores[i].timer = timerID(len(w.topology.Links) + len(w.kernelCores))
		w.kernelCores = append(w.kernelCores, &k.cores[i])
	}
}

// Reset begins a run at virtual time 0 without connections. The seed decides all random draws of
// links and endpoints and the clocks of hosts. Runs with the same seed and the same connections are
// identical, event for event. The world keeps its memory.
func (w *World) Reset(seed uint64) {
	w.draws.draw(seed)
	w.now, w.tag, w.opened, w.dropped = 0, 0, 0, w.dropped[:0]
	w.stopped = false
	w.bursts = 0
	w.hash = newEventHash()
	for i := range w.links {
		w.links[i].Reset(w.draws.links[i])
		w.links[i].due = never
	}
	for i := range w.cores {
		clear(w.metrics[i])
		h := &w.topology.Hosts[i]
		w.cores[i].reset(h.Cores)
		clock := w.draws.clocks[i]
		if w.topology.SharedClock {
			clock = w.draws.clocks[0]
		}
		w.tcp[i].ClockOffset = h.TCP.ClockOffset + clock
		w.tcp[i].Seed = w.draws.tcp
	}
	for _, c := range w.kernelCores {
		c.reset()
	}
	for _, c := range w.connections {
		c.forgetEvents()
		if c.phase != unopened {
			c.packets.reset()
			w.recycle(c)
		}
	}
	w.events.reset(len(w.links)+len(w.kernelCores), len(w.connections)*connectionTimers)
}

// useMetrics gives an endpoint what its host remembers of the peer.
func (w *World) useMetrics(p *process, peer int) {
	if m := w.metrics[p.host]; m != nil {
		p.ep.UseMetrics(&m[peer])
	}
}

// Now returns the virtual time: the instant of the event in hand.
func (w *World) Now() time.Duration { return w.now }

// Run handles events until all connections have ended, those included that are opened meanwhile.
func (w *World) Run() {
	for len(w.unused) < len(w.connections) && !w.stopped {
		e, ofLink := w.events.next()
		w.now = e.at
		if ofLink {
			if t := int(e.timer()); t < len(w.links) {
				w.dequeue(&w.links[t])
			} else {
				w.finishWork(w.kernelCores[t-len(w.links)])
			}
		} else {
			c, timer := w.connections[e.timer()/connectionTimers], int(e.timer()%connectionTimers)
			c.due[timer] = never
			w.wake(c, timer)
			w.endIfDone(c)
		}
		for _, c := range w.dropped {
			w.endIfDone(c)
		}
		w.dropped = w.dropped[:0]
	}
}

// stop makes Run return after the event in hand. The connections that are open never end.
func (w *World) stop() { w.stopped = true }

// wake handles the event of a timer. The timer may have been set to a later instant meanwhile, or
// have been stopped.
func (w *World) wake(c *connection, timer int) {
	switch timer {
	case clientTCPTimer:
		w.runTimers(&c.procs[client])
	case serverTCPTimer:
		w.runTimers(&c.procs[server])
	case clientTaskTimer:
		if c.phase == opened {
			w.startIfDue(c)
			return
		}
		w.finishTask(&c.procs[client])
	case serverTaskTimer:
		w.finishTask(&c.procs[server])
	case clientOperationTimer:
		w.observeNextOperation(&c.procs[client])
	case serverOperationTimer:
		w.observeNextOperation(&c.procs[server])
	case fetchTimer:
		if c.fetchDeadline > w.now {
			w.schedule(c, fetchTimer, c.fetchDeadline)
			return
		}
		w.fetchTimedOut(c)
	case endTimer:
		if c.deadline > w.now {
			w.schedule(c, endTimer, c.deadline)
			return
		}
		c.fail(Timeout)
	}
}
