package sim

import (
	"errors"
	"fmt"
	"time"

	"tlslab/sim/recording"
	"tlslab/sim/tcp"
)

// Connection is a connection to open.
type Connection struct {
	Client, Server int // indices of Topology.Hosts
	Path           int // from Client to Server: an index of Topology.Paths
	Source         Source
	Start          time.Duration // the instant of the first SYN, not in the past
	Timeout        time.Duration // time from Start after which it is given up; 0: none
	Responder      *Responder    // whom its client may ask for a certificate's status; nil: nobody

	// Ended is called when the connection has ended: nothing can happen to it any
	// more, or it has failed. The number is Open's. The result is valid during the
	// call, which may open connections. Nil: nobody is told.
	Ended func(number int, r *Result)
}

func (c *Connection) validate(w *World) error {
	t := &w.topology
	switch {
	case c.Client < 0 || c.Client >= len(t.Hosts) || c.Server < 0 || c.Server >= len(t.Hosts):
		return fmt.Errorf("connection: from host %d to %d: there are %d", c.Client, c.Server, len(t.Hosts))
	case c.Path < 0 || c.Path >= len(t.Paths):
		return fmt.Errorf("connection: path %d: there are %d", c.Path, len(t.Paths))
	case c.Source == nil:
		return errors.New("connection: no source of steps")
	case c.Start < w.now:
		return fmt.Errorf("connection: starts at %v, and it is %v", c.Start, w.now)
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

// phase is where a connection is in its life.
type phase uint8

const (
	unopened phase = iota // the slot is free
	opened                // it starts later
	started
	ended    // its outcome is known
	draining // its result was handed out; packets or tasks of it are left
)

// The timers of a connection.
const (
	clientTCPTimer  = iota // the deadline of the client's TCP endpoint
	serverTCPTimer         // the server's
	clientTaskTimer        // the start; the end of the client's work on a core, or of its pause
	serverTaskTimer        // the end of the server's work on a core
	clientPartTimer        // the next operation within the client's work, for an observer
	serverPartTimer        // within the server's
	fetchTimer             // the client waits no longer for a responder
	endTimer               // the connection is given up

	connectionTimers
)

// connection is a slot: a connection that is open, or free for another one. It does
// not move, as TCP endpoints hold pointers into themselves.
type connection struct {
	phase    phase
	slot     uint32
	number   int // of the connection, counted from Reset
	path     int32
	first    [2]int32 // by side: the first hop of what it sends
	procs    [2]process
	packets  packetPool
	history  *history
	replay   replay            // where its steps are replayed
	question *[2]questionSteps // where it is a fetch
	ended    func(number int, r *Result)
	start    time.Duration
	expires  time.Duration                   // the instant at which it is given up; never: it is not
	due      [connectionTimers]time.Duration // of each timer's next event; never: it has none
	outcome  string                          // how it ended; empty while it goes on
	complete recording.Moment                // with which it has come to what it was for

	connect    time.Duration                       // since start; negative: not connected
	moments    [recording.NumMoments]time.Duration // virtual time; negative: not reached
	roundTrips int                                 // on the critical path of Handshake; negative: not reached
	causes     [NumCauses]time.Duration            // along the critical path of LastByte

	responder *Responder
	fetch     *connection   // by which its client asks the responder
	opener    *connection   // of a fetch: whose client asks
	patience  time.Duration // the instant from which its client waits no longer; never: it waits
	asking    bool          // its client waits for the responder's answer
	asked     moment        // when it began to
	answered  time.Duration // the time until the answer; negative: it asked none, or had no answer
}

// moment is when, and in which event, something happened.
type moment struct {
	at   time.Duration
	node tcp.Tag
}

// schedule sees to it that a timer is woken at an instant, unless an earlier event
// stands: that one will schedule the next. An event stays in the queue when its
// connection has ended, and serves the next one in the slot.
func (w *World) schedule(c *connection, timer int, at time.Duration) {
	if at < c.due[timer] {
		c.due[timer] = at
		w.events.schedule(at, w.timer(c, timer))
	}
}

// timer tells a timer of a connection from all others of the world.
func (w *World) timer(c *connection, timer int) timerID {
	return timerID(len(w.links) + int(c.slot)*connectionTimers + timer)
}

// Open opens a connection at its start and returns its number: how many were opened
// before it in this run, fetches from responders counted.
func (w *World) Open(o Connection) (number int, err error) {
	if err := o.validate(w); err != nil {
		return 0, err
	}
	c, err := w.open(&o)
	if err != nil {
		return 0, err
	}
	c.history = w.newHistory()
	w.schedule(c, clientTaskTimer, o.Start)
	if o.Timeout > 0 {
		c.expires = o.Start + o.Timeout + 1
		w.schedule(c, endTimer, c.expires)
	}
	return c.number, nil
}

// open takes a slot for a connection.
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
	c.procs[client].reset(c, client, o.Client, ClientCPU, &w.tcp[o.Client], steps[client])
	c.procs[server].reset(c, server, o.Server, ServerCPU, &w.tcp[o.Server], steps[server])
	c.packets.reset()
	c.ended, c.start, c.responder = o.Ended, o.Start, o.Responder
	c.outcome, c.complete = "", o.Source.complete()
	c.connect, c.roundTrips, c.answered, c.asking = -1, -1, -1, false
	c.expires, c.patience = never, never
	for i := range c.moments {
		c.moments[i] = -1
	}
	c.causes = [NumCauses]time.Duration{}
	return c, nil
}

// maxConnections bounds those open at once: so many have timers.
const maxConnections = 1<<timerBits/connectionTimers - 1024

// takeSlot is a slot that is free, a new one if there is none.
func (w *World) takeSlot() (*connection, error) {
	if k := len(w.unused); k > 0 {
		c := w.connections[w.unused[k-1]]
		w.unused = w.unused[:k-1]
		return c, nil
	}
	if len(w.connections) == maxConnections {
		return nil, fmt.Errorf("connection: %d are open, which is the most", maxConnections)
	}
	c := &connection{slot: uint32(len(w.connections))}
	c.forgetEvents()
	w.connections = append(w.connections, c)
	w.events.grow(connectionTimers)
	return c, nil
}

// forgetEvents makes that no event of its timers is in the queue.
func (c *connection) forgetEvents() {
	for i := range c.due {
		c.due[i] = never
	}
}

// startIfDue starts a connection at its start.
func (w *World) startIfDue(c *connection) {
	if c.start > w.now {
		w.schedule(c, clientTaskTimer, c.start)
		return
	}
	w.node(c, startNode, 0)
	w.begin(c)
}

// begin opens the connection at the client.
func (w *World) begin(c *connection) {
	c.phase = started
	if w.observer != nil {
		w.observe(ConnectionOpened, c, client)
	}
	c.procs[server].ep.Listen()
	p := &c.procs[client]
	p.ep.Lend(w.segments)
	p.ep.Connect(w.now, w.tag)
	w.advance(p)
}

// fail ends a connection. What comes after its last byte, such as a FIN that is
// never acknowledged, is no failure of the exchange.
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

// idle reports whether nothing more can happen to a connection.
func (c *connection) idle() bool {
	if c.packets.underWay() > 0 {
		return false
	}
	a, b := &c.procs[client], &c.procs[server]
	return a.state == reading && b.state == reading && a.ep.Deadline() == never && b.ep.Deadline() == never
}

// endIfDone ends a connection to which nothing more can happen, and frees the slot
// of one that has ended.
func (w *World) endIfDone(c *connection) {
	if c.packets.underWay() == 0 || c.phase != started || c.fetch != nil || c.opener != nil {
		w.endWithFetch(c)
	}
}

// endWithFetch is endIfDone. The event at hand may have ended the connection that c
// fetches by as well, or the one that it fetches for.
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
		c.fail(Timeout) // what it still waits for never comes
	}
	if c.phase == ended {
		w.end(c)
	}
	if c.phase == draining && c.packets.underWay() == 0 && c.procs[client].state != computing && c.procs[server].state != computing {
		w.recycle(c)
	}
}

// end hands out the result of a connection.
func (w *World) end(c *connection) {
	c.phase = draining
	for s := range c.procs {
		if p := &c.procs[s]; p.state != computing {
			p.state, p.until = reading, never
		}
	}
	if f := c.fetch; f != nil {
		c.fetch, f.opener = nil, nil
		if c.asking {
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

// recycle frees the slot of a connection.
func (w *World) recycle(c *connection) {
	c.phase = unopened
	c.fetch, c.opener, c.ended, c.responder = nil, nil, nil, nil
	for s := range c.procs {
		c.procs[s].steps, c.procs[s].actions = nil, nil
	}
	c.expires, c.patience = never, never
	w.dropHistory(c.history)
	c.history = nil
	w.unused = append(w.unused, c.slot)
}

// The outcomes that do not come from an engine.
const (
	OK      = "ok"
	Timeout = "timeout" // given up, by TCP or for the time set
	Reset   = "reset"   // the peer's TCP refused it
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
