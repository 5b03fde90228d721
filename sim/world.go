package sim

import (
	"fmt"
	"time"

	"tlslab/netem"
	"tlslab/sim/recording"
	"tlslab/sim/tcp"
)

// side is an end of a connection, and the host it is on.
type side int32

const (
	client side = iota
	server
	authority // a host, and no end of a connection: see Authority
)

// Config is a world: two hosts and the links between them, and perhaps a third host
// beside the client.
type Config struct {
	Up, Down       []netem.Config // links in a row, client to server and back; one or more each
	Client, Server Host
	ClientTCP      tcp.Config
	ServerTCP      tcp.Config
	Authority      *Authority    // whom clients may ask about certificates; nil: nobody
	Timeout        time.Duration // virtual time after which a connection is given up
}

// Validate reports what no world can be built from.
func (c *Config) Validate() error {
	if err := c.Client.validate("client"); err != nil {
		return err
	}
	if err := c.Server.validate("server"); err != nil {
		return err
	}
	if err := c.ClientTCP.Validate(); err != nil {
		return fmt.Errorf("client: %w", err)
	}
	if err := c.ServerTCP.Validate(); err != nil {
		return fmt.Errorf("server: %w", err)
	}
	if err := validateWay("up", c.Up); err != nil {
		return err
	}
	if err := validateWay("down", c.Down); err != nil {
		return err
	}
	if c.Authority != nil {
		if err := c.Authority.validate(); err != nil {
			return err
		}
	}
	if c.Timeout <= 0 {
		return fmt.Errorf("timeout %v: want a duration above 0", c.Timeout)
	}
	return nil
}

// World runs replicates of one configuration. It is not safe for concurrent
// use; worlds share nothing, so each worker has its own.
type World struct {
	cfg       Config
	now       time.Duration
	tag       tcp.Tag // the node of the event being handled
	events    loop
	nodes     []node
	hops      []hop       // the up links in order, then the down links; then the authority's
	shared    int         // hops that are not the authority's
	first     [2][2]int32 // of the way that leads away from each side: its first hop; to the authority and back behind that
	hosts     [3]cores    // by side
	actors    []actor     // two a connection: client, server
	conns     []conn      // by flow: first mains of them, then a fetch of each, where there is an authority
	mains     int
	fetches   []fetch       // by flow, likewise
	answering time.Duration // the authority's work for an answer
	packets   packetPool    // under way
	arrived   []netem.Delivery
	walker    walker
	hash      eventHash

	complete recording.Moment // with which a connection has come to what it was for

	replays []*replay                                           // by flow, where a recording is replayed
	scripts func(flow int32) (client, server script, err error) // what the sides do in a run
}

// hop is a link in its place on a path.
type hop struct {
	link *netem.Link
	due  time.Duration // of the event in the queue; never when there is none
	end  side          // of the connection: where its path leads
	last bool          // of its path
}

// NewWorld builds a world that replays one branch of a recording. From the branch
// Early it turns to EarlyRejected in each replicate whose ClientHello comes after the
// recording's window.
func NewWorld(cfg Config, rec *recording.Recording, branch recording.Outcome) (*World, error) {
	if _, err := rec.Branch(branch); err != nil {
		return nil, err
	}
	if rec.Decides(branch) {
		return newReplayWorld(cfg, rec, inWindow(rec))
	}
	return newReplayWorld(cfg, rec, func(instant, instant) recording.Outcome { return branch })
}

// newReplayWorld builds a world that replays a recording whose server takes the
// branch that it decides on when it has the ClientHello.
func newReplayWorld(cfg Config, rec *recording.Recording, decide func(sent, came instant) recording.Outcome) (*World, error) {
	w, err := newWorld(cfg)
	if err != nil {
		return nil, err
	}
	for i := range rec.Branches {
		if cfg.Authority == nil && rec.Branches[i].Fetches() {
			return nil, errNoAuthority
		}
	}
	played, err := priceRecording(rec, cfg)
	if err != nil {
		return nil, err
	}
	played.decide = decide
	w.complete = rec.Branches[0].Complete()
	w.scripts = func(flow int32) (client, server script, err error) {
		for int(flow) >= len(w.replays) {
			w.replays = append(w.replays, newReplay(played))
		}
		r := w.replays[flow]
		r.reset()
		return &r.sides[0], &r.sides[1], nil
	}
	return w, nil
}

func newWorld(cfg Config) (*World, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	w := &World{cfg: cfg, complete: recording.LastByte}
	w.first[0] = w.lay(cfg.Up, cfg.Down)
	w.shared = len(w.hops)
	if ca := cfg.Authority; ca != nil {
		w.first[1] = w.lay(ca.Up, ca.Down)
		var err error
		if w.answering, err = ca.work(); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// lay adds the hops of a path, there and back, and returns where each way begins.
func (w *World) lay(up, down []netem.Config) (first [2]int32) {
	for from, links := range [2][]netem.Config{up, down} {
		first[from] = int32(len(w.hops))
		for i, l := range links {
			w.hops = append(w.hops, hop{link: netem.New(l, 0), end: side(1 - from), last: i == len(links)-1})
		}
	}
	return first
}

// Run simulates one connection over the network that the seed decides. Only
// the network draws from it: another recording meets the same losses, packet
// for packet.
func (w *World) Run(seed uint64) Result {
	w.reset(seed, 1)
	if err := w.join(0, 0); err != nil {
		return failed(err)
	}
	w.loop()
	return w.result(0)
}

// reset makes everything as new, keeping its memory.
func (w *World) reset(seed uint64, conns int) {
	w.now, w.tag = 0, 0
	w.events.reset()
	w.nodes = w.nodes[:0]
	w.packets.reset()
	w.hash = newEventHash()
	s := seedStream{seed}
	for i := range w.shared {
		w.hops[i].link.Reset(s.next())
		w.hops[i].due = never
	}
	w.hosts[client].reset(w.cfg.Client.Cores)
	w.hosts[server].reset(w.cfg.Server.Cores)
	clientTCP, serverTCP := w.cfg.ClientTCP, w.cfg.ServerTCP
	clientTCP.ClockOffset += s.clock()
	serverTCP.ClockOffset += s.clock()
	w.actors, w.conns, w.mains = w.actors[:0], w.conns[:0], conns
	for range conns {
		w.extend(&clientTCP)
		w.extend(&serverTCP)
		w.conns = append(w.conns, newConn(w.complete))
	}
	w.resetFetches(seed, &clientTCP)
}

// extend adds an actor, in the memory of an earlier run where there was one, and
// returns its number.
func (w *World) extend(cfg *tcp.Config) int32 {
	n := len(w.actors)
	if n < cap(w.actors) {
		w.actors = w.actors[:n+1]
	} else {
		w.actors = append(w.actors, actor{})
	}
	w.actors[n].reset(cfg)
	return int32(n)
}

// join lets connection flow start at an instant.
func (w *World) join(flow int32, at time.Duration) (err error) {
	c, s := &w.actors[2*flow], &w.actors[2*flow+1]
	if c.script, s.script, err = w.scripts(flow); err != nil {
		return err
	}
	w.conns[flow].start = at
	w.events.schedule(at, wakeStart, flow)
	return nil
}

// loop handles events until there are none, or time is up.
func (w *World) loop() {
	for {
		e, ok := w.events.next()
		if !ok {
			break
		}
		if e.at > w.cfg.Timeout {
			break
		}
		w.now = e.at
		switch e.kind {
		case wakeStart:
			w.startConn(e.who)
		case wakeHop:
			w.runHop(e.who)
		case wakeEndpoint:
			w.runTimers(e.who)
		case wakeHost:
			w.finishTask(e.who)
		case wakeFetch:
			w.forgo(e.who)
		case wakeActor:
			w.resume(e.who)
		}
	}
	for i := range w.conns {
		w.conns[i].giveUp()
	}
}

// node adds an event to the history and makes it the one being handled.
func (w *World) node(n node) {
	n.at = w.now
	w.tag = tcp.Tag(len(w.nodes))
	w.nodes = append(w.nodes, n)
}

// runHop moves the packets that are due on a link on to the next, or to their
// host.
func (w *World) runHop(i int32) {
	h := &w.hops[i]
	if h.due != w.now {
		return // a later call; an earlier one has taken its place
	}
	h.due = never
	w.arrived = h.link.Dequeue(w.now, w.arrived[:0])
	for k := range w.arrived {
		d := &w.arrived[k]
		p := &w.packets.all[d.ID]
		p.queued += d.Queued
		p.serialised += d.Serialised
		if h.last {
			w.deliver(d.ID, h.end)
		} else {
			w.offer(i+1, d.Packet)
		}
	}
	w.await(i)
}

// offer puts a packet on a link; one that is dropped there is gone.
func (w *World) offer(i int32, p netem.Packet) {
	if !w.hops[i].link.Enqueue(w.now, p) {
		w.hash.mix(dropped, int64(w.now), int64(i)<<32|int64(p.Flow), int64(p.Size))
		w.packets.free(p.ID)
		return
	}
	w.await(i)
}

// await schedules a link's next packet, unless that has been done.
func (w *World) await(i int32) {
	h := &w.hops[i]
	if next := h.link.Next(); next < h.due {
		h.due = next
		w.events.schedule(next, wakeHop, i)
	}
}

// deliver hands a segment to its endpoint.
func (w *World) deliver(id uint32, at side) {
	p := &w.packets.all[id]
	who := p.flow*2 + int32(at)
	if w.conns[p.flow].over {
		w.packets.free(id)
		return
	}
	s := &p.segment
	w.hash.mix(delivered, int64(w.now), int64(who)<<32|int64(s.Len), s.Seq^s.Ack<<20^int64(s.Flags)<<56)
	w.node(node{
		kind: arrivalNode, side: w.hostOf(who), parent: p.left, queued: p.queued, serialised: p.serialised,
	})
	w.actors[who].ep.Receive(w.now, w.tag, s)
	w.packets.free(id)
	w.settle(who)
}

// runTimers runs the timers of an endpoint that are due.
func (w *World) runTimers(who int32) {
	a := &w.actors[who]
	if a.due != w.now {
		return // the deadline has moved earlier, and that call has been made
	}
	a.due = never
	if w.conns[who/2].over {
		return
	}
	if a.ep.Deadline() > w.now {
		w.arm(who) // it has moved later meanwhile
		return
	}
	w.hash.mix(timer, int64(w.now), int64(who), 0)
	w.node(node{kind: timerNode, side: w.hostOf(who), parent: int32(a.last)})
	a.ep.Tick(w.now, w.tag)
	w.settle(who)
}

// arm schedules an endpoint's deadline, unless an earlier call stands: that one
// will arm the next.
func (w *World) arm(who int32) {
	a := &w.actors[who]
	if d := a.ep.Deadline(); d < a.due {
		a.due = d
		w.events.schedule(d, wakeEndpoint, who)
	}
}

// transmit puts what an endpoint has to send on the wire.
func (w *World) transmit(who int32) {
	s := w.hostOf(who)
	first := w.first[0][sideOf(who)]
	if w.isFetch(who) {
		first = w.first[1][sideOf(who)]
	}
	out := w.actors[who].ep.Output()
	for i := range out {
		seg := &out[i] // a segment is large: it is copied once
		id := w.packets.take()
		left := w.departure(seg, s)
		p := &w.packets.all[id]
		p.segment, p.flow, p.left, p.queued, p.serialised = *seg, who/2, left, 0, 0
		w.offer(first, netem.Packet{Size: int32(seg.Size()), Flow: uint32(who / 2), Burst: seg.Burst, ID: id})
	}
}

// departure is the node that a segment about to leave comes from: one of its own
// if it had been waiting, else the event at hand.
func (w *World) departure(s *tcp.Segment, from side) int32 {
	if departures[s.Cause].how == none {
		return int32(w.tag)
	}
	n := node{
		at: w.now, kind: departureNode, side: from, parent: int32(w.tag),
		seq: s.Seq, since: int32(s.Since), why: s.Cause,
	}
	if s.Held {
		n.held, n.parent = true, int32(s.Armed)
	}
	w.nodes = append(w.nodes, n)
	return int32(len(w.nodes) - 1)
}

// sideOf is the side of an actor.
func sideOf(who int32) side { return side(who & 1) }
