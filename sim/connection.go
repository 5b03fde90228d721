package sim

import (
	"errors"
	"fmt"
	"time"

	"tlslab/sim/recording"
	"tlslab/sim/tcp"
)

// Connection configures one connection of a world.
type Connection struct {
	Client, Server int           // indices in Topology.Hosts
	Path           int           // path from Client to Server: index in Topology.Paths
	Source         Source        // of the steps of both sides; priced for both hosts
	Start          time.Duration // virtual time of the first SYN: now or later
	Timeout        time.Duration // the connection fails this long after Start; 0: never
	Responder      *Responder    // OCSP responder of the client; nil: none

	// Ended receives the result when the connection ends: it has failed, or no packet, timer or
	// work of it is left. The number is the one that Open returned. The result is valid during
	// the call. The function may open connections. Nil: the result is dropped.
	Ended func(number int, r *Result)
}

func (c *Connection) validate(w *World) error {
	t := &w.topology
	switch {
	case c.Client < 0 || c.Client >= len(t.Hosts) || c.Server < 0 || c.Server >= len(t.Hosts):
		return fmt.Errorf("connection: from host %d to host %d: the topology has %d", c.Client, c.Server, len(t.Hosts))
	case c.Path < 0 || c.Path >= len(t.Paths):
		return fmt.Errorf("connection: path %d: the topology has %d", c.Path, len(t.Paths))
	case c.Source == nil:
		return errors.New("connection: no source of steps")
	case c.Start < w.now:
		return fmt.Errorf("connection: start at %v, before the current time %v", c.Start, w.now)
	case c.Timeout < 0 || c.Timeout > never-1-c.Start:
		return fmt.Errorf("connection: timeout %v: want 0 (none) or more", c.Timeout)
	}
	if err := c.Source.validate(&t.Hosts[c.Client], &t.Hosts[c.Server]); err != nil {
		return fmt.Errorf("connection: %w", err)
	}
	if c.Responder == nil {
		if c.Source.fetches() {
			return errNoResponder
		}
		return nil
	}
	return c.Responder.validate(t)
}

// phase is the phase of a slot and the connection in it.
type phase uint8

const (
	unopened phase = iota // the slot is free
	opened                // the connection starts later
	started
	ended    // the outcome is known
	draining // the result was handed out, but packets or work are left
)

// The timers of a connection.
const (
	clientTCPTimer       = iota // deadline of the client's TCP endpoint
	serverTCPTimer              // deadline of the server's TCP endpoint
	clientTaskTimer             // start of the connection, then end of the client's work or pause
	serverTaskTimer             // end of the server's work
	clientOperationTimer        // next operation within the client's work, for the observer
	serverOperationTimer        // next operation within the server's work
	fetchTimer                  // timeout of the OCSP fetch
	endTimer                    // timeout of the connection

	connectionTimers
)

// connection is a slot for one connection after the other. It must not be moved: TCP endpoints
// hold pointers into themselves.
type connection struct {
	// What each event needs comes first, in few cache lines.
	phase   phase
	slot    uint32
	number  int // ordinal since Reset
	packets packetPool
	fetch   *connection // the client's OCSP fetch; nil: none
	opener  *connection // if this is a fetch: the connection whose client fetches
	history *history
	first   [2]int32                        // by side: the first hop of its packets
	due     [connectionTimers]time.Duration // by timer: instant of its event, or never
	procs   [2]process

	path       int32
	replay     replay         // if its source is a Replay
	fetchSteps *[2]fetchSteps // by side; if it is an OCSP fetch
	ended      func(number int, r *Result)
	start      time.Duration
	deadline   time.Duration    // of the connection; never: none
	outcome    string           // empty while the connection is open
	complete   recording.Moment // the last moment of the exchange

	connect    time.Duration                       // since start; negative: not connected
	moments    [recording.NumMoments]time.Duration // virtual time; negative: not reached
	roundTrips int                                 // until Handshake; negative: not reached
	causes     [NumCauses]time.Duration            // of the critical path of LastByte

	responder     *Responder
	fetching      bool          // the client waits for the OCSP response
	fetchBegan    moment        // when the wait began
	fetchDeadline time.Duration // end of the client's wait; never: none
	fetchTook     time.Duration // duration of the wait; negative: no fetch, or no response
}

// moment is an instant with its event.
type moment struct {
	at   time.Duration
	node tcp.Tag
}

// schedule sets the event of a timer, unless the timer has an earlier event: its handler schedules
// the next one. An event outlives its connection and then serves the next connection of the slot.
func (w *World) schedule(c *connection, timer int, at time.Duration) {
	if at < c.due[timer] {
		c.due[timer] = at
		w.events.schedule(&w.events.connections, at, c.timer(timer))
	}
}

// timer returns the identifier of a timer of a connection.
func (c *connection) timer(timer int) timerID {
	return timerID(int(c.slot)*connectionTimers + timer)
}

// Open adds a connection to the run. It returns the connection's number: the count of connections
// opened before it since Reset, OCSP fetches included. The error is about the configuration, about
// the source, or about too many open connections (about two million).
func (w *World) Open(o Connection) (number int, err error) {
	if err := o.validate(w); err != nil {
		return 0, err
	}
	return w.openValid(&o)
}

// openValid is Open for a valid configuration.
func (w *World) openValid(o *Connection) (number int, err error) {
	c, err := w.open(o)
	if err != nil {
		return 0, err
	}
	c.history = w.newHistory()
	w.schedule(c, clientTaskTimer, o.Start)
	if o.Timeout > 0 {
		c.deadline = o.Start + o.Timeout + 1 // after the events of the instant Start + Timeout
		w.schedule(c, endTimer, c.deadline)
	}
	return c.number, nil
}

// open puts a connection into a slot.
func (w *World) open(o *Connection) (*connection, error) {
	c, err := w.takeSlot()
	if err != nil {
		return nil, err
	}
	steps, err := o.Source.open(c)
	if err != nil {
		w.unused = append(w.unused, c.slot)
		return nil, err
	}
	c.phase = opened
	c.number = w.opened
	w.opened++
	c.path, c.first = int32(o.Path), w.first[o.Path]
	c.procs[client].reset(c, client, o.Client, ClientCPU, &w.tcp[o.Client], w.kernels[o.Client], steps[client])
	c.procs[server].reset(c, server, o.Server, ServerCPU, &w.tcp[o.Server], w.kernels[o.Server], steps[server])
	w.useMetrics(&c.procs[client], o.Server)
	w.useMetrics(&c.procs[server], o.Client)
	c.packets.reset()
	c.ended, c.start, c.responder = o.Ended, o.Start, o.Responder
	c.outcome, c.complete = "", o.Source.complete()
	c.connect, c.roundTrips, c.fetchTook, c.fetching = -1, -1, -1, false
	c.deadline, c.fetchDeadline = never, never
	for i := range c.moments {
		c.moments[i] = -1
	}
	c.causes = [NumCauses]time.Duration{}
	return c, nil
}

// maxConnections is the number of connections that may be open at once: timerID has room for their
// timers.
const maxConnections = 1 << timerBits / connectionTimers

// takeSlot returns a free slot, or a new one.
func (w *World) takeSlot() (*connection, error) {
	if k := len(w.unused); k > 0 {
		c := w.connections[w.unused[k-1]]
		w.unused = w.unused[:k-1]
		return c, nil
	}
	if len(w.connections) == maxConnections {
		return nil, fmt.Errorf("connection: %d connections are open, and no more are possible", maxConnections)
	}
	c := &connection{slot: uint32(len(w.connections))}
	c.forgetEvents()
	w.connections = append(w.connections, c)
	w.events.connections.grow(connectionTimers)
	return c, nil
}

// forgetEvents notes that the queue holds no event of the connection.
func (c *connection) forgetEvents() {
	for i := range c.due {
		c.due[i] = never
	}
}

// startIfDue starts a connection if its start has come.
func (w *World) startIfDue(c *connection) {
	if c.start > w.now {
		w.schedule(c, clientTaskTimer, c.start)
		return
	}
	w.node(c, startNode, 0)
	w.connect(c)
}

// connect lets the client's TCP connect.
func (w *World) connect(c *connection) {
	c.phase = started
	if w.observer != nil {
		w.observe(ConnectionOpened, c, client)
	}
	c.procs[server].ep.Listen()
	p := &c.procs[client]
	p.ep.Connect(w.now, w.tag)
	p.waits = !p.ep.SYNDeferred()
	w.advance(p)
}

// fail ends a connection with an outcome. If the exchange is complete, the outcome is OK: a FIN
// that is never acknowledged is no failure of the exchange.
func (c *connection) fail(outcome string) {
	if c.phase != started && c.phase != opened {
		return
	}
	c.phase = ended
	c.outcome = outcome
	if c.moments[c.complete] >= 0 {
		c.outcome = OK
	}
}

// idle reports whether no packet, timer or work of a connection is left.
func (c *connection) idle() bool {
	if c.packets.underWay() > 0 {
		return false
	}
	a, b := &c.procs[client], &c.procs[server]
	return a.state == reading && b.state == reading && a.ep.DeadlineBound() == never && b.ep.DeadlineBound() == never
}

// endIfDone ends a connection if it is idle or has failed, and frees its slot once no packet or
// work is left. The caller calls it after each event of the connection.
func (w *World) endIfDone(c *connection) {
	if c.packets.underWay() == 0 || c.phase != started || c.fetch != nil || c.opener != nil {
		w.endWithFetch(c)
	}
}

// endWithFetch is endIfDone for the connection, its fetch and its opener: an event of one can end
// the others.
func (w *World) endWithFetch(c *connection) {
	fetch, opener := c.fetch, c.opener
	w.endAlone(c)
	if fetch != nil {
		w.endAlone(fetch)
	}
	if opener != nil {
		w.endAlone(opener)
	}
}

func (w *World) endAlone(c *connection) {
	if c.phase == started && c.idle() {
		c.fail(Timeout) // if it is not complete, it waits for bytes that never come
	}
	if c.phase == ended {
		w.end(c)
	}
	if c.phase == draining && c.packets.underWay() == 0 && c.procs[client].state != computing && c.procs[server].state != computing {
		w.recycle(c)
	}
}

// end hands out the result of a connection, and aborts the fetch that its client waits for.
func (w *World) end(c *connection) {
	c.phase = draining
	for s := range c.procs {
		if p := &c.procs[s]; p.state != computing {
			p.state, p.until = reading, never
		}
	}
	if f := c.fetch; f != nil {
		c.fetch, f.opener = nil, nil
		if c.fetching {
			f.fail(Timeout)
			w.endAlone(f)
		}
	}
	if o := c.opener; o != nil {
		c.opener, o.fetch = nil, nil
	}
	if c.ended == nil && w.observer == nil {
		return
	}
	c.result(&w.result)
	w.result.Hash = uint64(w.hash)
	if w.observer != nil {
		w.observeEnd(c, &w.result)
	}
	if c.ended != nil {
		c.ended(c.number, &w.result)
	}
}

// recycle frees a slot.
func (w *World) recycle(c *connection) {
	c.phase = unopened
	c.fetch, c.opener, c.ended, c.responder = nil, nil, nil, nil
	for s := range c.procs {
		c.procs[s].steps, c.procs[s].actions = nil, nil
	}
	c.deadline, c.fetchDeadline = never, never
	w.dropHistory(c.history)
	c.history = nil
	w.unused = append(w.unused, c.slot)
}

// The outcomes without a TLS alert.
const (
	OK      = "ok"      // the exchange is complete
	Timeout = "timeout" // of TCP or of the Connection, or a side waits for bytes that never come
	Reset   = "reset"   // the peer's TCP sent a RST
)

func outcomeOf(err error) string {
	alert, ok := alertOf(err)
	switch {
	case ok:
		return alert
	case errors.Is(err, tcp.ErrTimeout):
		return Timeout
	case errors.Is(err, tcp.ErrReset), errors.Is(err, tcp.ErrRefused):
		return Reset
	default:
		return err.Error()
	}
}
