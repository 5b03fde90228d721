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

// World runs connections over a topology in virtual time. It is not safe for
// concurrent use; worlds share nothing, so each worker has its own.
//
//	w, err := sim.NewWorld(topology)
//	w.Reset(seed)
//	w.Open(connection) // any number of times, also from a connection's Ended
//	w.Run()
type World struct {
	topology Topology
	now      time.Duration
	tag      tcp.Tag // the node of the event being handled
	events   eventQueue
	hash     eventHash

	links   []link
	hops    []hop        // of all paths
	first   [][2]int32   // by path: the first hop from the client, and from the server
	cores   []cores      // by host
	tcp     []tcp.Config // by host: with what its clock reads in this run
	draws   draws
	arrived []netem.Delivery
	bereft  []*connection // their last packet was dropped by the event being handled

	connections  []*connection // by slot
	unused       []uint32      // slots
	opened       int           // connections since Reset
	histories    []*history    // unused
	compactor    compactor
	historyLimit int           // nodes from which on a history is compacted
	segments     []tcp.Segment // memory for the output of all endpoints
	path         criticalPath
	question     question     // of the fetch that begins
	result       Result       // of the connection that ends
	observer     func(*Event) // nil: nobody
	told         Event        // the last event
}

// NewWorld builds a world of a topology, which it keeps. Reset makes it ready.
func NewWorld(t Topology) (*World, error) {
	if err := t.Validate(); err != nil {
		return nil, err
	}
	w := &World{
		topology: t, historyLimit: historyLimit, compactor: compactor{minGap: minGap}, cores: make([]cores, len(t.Hosts)), tcp: make([]tcp.Config, len(t.Hosts)),
		draws: draws{make([]uint64, len(t.Links)), make([]time.Duration, len(t.Hosts))},
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

// addHops adds the hops of a path in one direction, and returns the first of them.
func (w *World) addHops(links []int, end side) int32 {
	first := int32(len(w.hops))
	for i, l := range links {
		w.hops = append(w.hops, hop{link: &w.links[l], last: i == len(links)-1, end: end})
	}
	return first
}

// Reset begins a run: no connection, virtual time 0, and what the seed decides of
// links and clocks. The world keeps its memory. Runs with the same seed and the same
// connections are the same, event for event.
func (w *World) Reset(seed uint64) {
	w.draws.draw(seed)
	w.reset()
}

// reset begins a run with the draws made.
func (w *World) reset() {
	w.now, w.tag, w.opened = 0, 0, 0
	w.hash = newEventHash()
	for i := range w.links {
		w.links[i].Reset(w.draws.links[i])
		w.links[i].due = never
	}
	for i := range w.cores {
		h := &w.topology.Hosts[i]
		w.cores[i].reset(h.Cores)
		w.tcp[i] = h.TCP
		w.tcp[i].ClockOffset += w.draws.clocks[i]
	}
	for _, c := range w.connections {
		c.forgetEvents()
		if c.phase != unopened {
			c.packets.reset()
			w.recycle(c)
		}
	}
	w.events.reset(len(w.links) + len(w.connections)*connectionTimers)
}

// Now is the virtual time: of the event being handled, where a connection has ended.
func (w *World) Now() time.Duration { return w.now }

// Run handles events until all connections have ended.
func (w *World) Run() {
	for len(w.unused) < len(w.connections) {
		e := w.events.next()
		w.now = e.at
		t := int(e.timer()) - len(w.links)
		if t < 0 {
			w.moveOn(&w.links[e.timer()])
		} else {
			c, timer := w.connections[t/connectionTimers], t%connectionTimers
			c.due[timer] = never
			w.wake(c, timer)
			w.endIfDone(c)
		}
		for _, c := range w.bereft {
			w.endIfDone(c)
		}
		w.bereft = w.bereft[:0]
	}
}

// wake runs a timer of a connection. What it was set to may have moved on, or have been
// given up.
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
	case clientPartTimer:
		w.observeNext(&c.procs[client])
	case serverPartTimer:
		w.observeNext(&c.procs[server])
	case fetchTimer:
		if c.patience > w.now {
			w.schedule(c, fetchTimer, c.patience)
			return
		}
		w.fetchTimedOut(c)
	case endTimer:
		if c.expires > w.now {
			w.schedule(c, endTimer, c.expires)
			return
		}
		c.fail(Timeout)
	}
}
