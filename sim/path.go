package sim

import (
	"time"

	"tlslab/sim/tcp"
)

// Cause is what a connection was waiting for. The causes along the critical
// path of an instant add up exactly to the time until then.
type Cause uint8

// The causes. A wait inside a wait for acknowledgements counts as what that
// wait was for: Window, Nagle or FastRetransmit; a timer keeps its own name
// wherever it is met.
const (
	Propagation      Cause = iota // a link's delay, jitter included
	Serialisation                 // a link's rate
	Queue                         // other packets before this one on a link
	Window                        // acknowledgements, to be allowed to send more
	Nagle                         // acknowledgements, to send less than a full segment
	DelayedACK                    // the peer's delayed-acknowledgement timer
	FastRetransmit                // acknowledgements that tell of a loss
	ReorderTimer                  // RACK's timer, to tell loss from reordering
	Probe                         // the tail loss probe's timer
	Persist                       // the timer that probes a closed receive window
	RTO                           // the retransmission timer of data
	SYNTimeout                    // the retransmission timer of SYN or SYN-ACK
	ClientCPU                     // the client computing
	ServerCPU                     // the server computing
	CPUQueue                      // a core, busy with others
	AuthorityCPU                  // the certificate authority computing
	AuthorityTimeout              // the client's patience with an authority that does not answer
	NumCauses
)

var causeNames = [NumCauses]string{
	"propagation", "serialisation", "queue", "window", "nagle", "delayed-ack", "fast-retransmit",
	"reorder-timer", "probe", "persist", "rto", "syn-timeout", "client-cpu", "server-cpu", "cpu-queue", "ca-cpu", "ca-timeout",
}

func (c Cause) String() string { return causeNames[c] }

// nodeKind says what kind of event a node was.
type nodeKind uint8

const (
	startNode     nodeKind = iota // the connection begins; nothing comes before
	arrivalNode                   // a segment reached its host
	cpuNode                       // a core finished a task
	timerNode                     // a TCP deadline
	forgoneNode                   // a client waits no longer for the authority
	pauseNode                     // a program's pause was over; none comes before what a path is walked back from
	departureNode                 // a segment left that had been waiting: no event, but what one let go
)

// node is an event in the history of a run, with its parent: what had to happen
// for it to happen. Its index is the tcp.Tag of the event. The departures of an
// event follow it.
type node struct {
	at         time.Duration
	queued     time.Duration // arrival: in links' queues; cpu: for a core
	serialised time.Duration // arrival
	seq        int64         // departure: where the segment stands in its stream
	parent     int32         // arrival: the departure, or the event in which the segment left at once; departure: its event; cpu: the event in which the work was ready
	since      int32         // departure: the event since which its data had been waiting
	kind       nodeKind
	side       side      // where it happened
	why        tcp.Cause // departure: why the segment left when it did
	held       bool      // departure: a timer let it go that the window had held; parent: the event that armed the timer
}

// departure is how each cause of TCP is read on the way back.
type departure struct {
	cause Cause
	how   wait
}

type wait uint8

const (
	none    wait = iota // it left in the event that made it: go on from there
	acked               // it waited for acknowledgements: follow them back, under cause
	expired             // it waited for a timer, armed when its data was ready, last sent, or before
)

var departures = [tcp.NumCauses]departure{
	tcp.Write:          {how: none},
	tcp.Reply:          {how: none},
	tcp.WindowUpdate:   {how: none},
	tcp.Close:          {how: none},
	tcp.Window:         {Window, acked},
	tcp.Nagle:          {Nagle, acked},
	tcp.FastRetransmit: {FastRetransmit, acked},
	tcp.ReorderTimer:   {ReorderTimer, expired},
	tcp.Probe:          {Probe, expired},
	tcp.Persist:        {Persist, expired},
	tcp.RTO:            {RTO, expired},
	tcp.SYNTimeout:     {SYNTimeout, expired},
	tcp.DelayedACK:     {DelayedACK, expired},
}

// cpuOf is the cause that work on a host is.
var cpuOf = [...]Cause{client: ClientCPU, server: ServerCPU, authority: AuthorityCPU}

// path is the way back from an instant to the start of its connection.
type path struct {
	causes     [NumCauses]time.Duration
	roundTrips int
}

// detour is a stretch of the way that is walked to see what an acknowledgement
// waited for. It ends at the instant since which the data was ready.
type detour struct {
	until time.Duration
	back  int32 // the node to go on from
	cause Cause
}

// walker follows parents back from a node, attributing time as it goes.
type walker struct {
	nodes   []node
	at      time.Duration // everything after it has been attributed
	cur     int32
	detours []detour
	path    path
}

// walk returns the critical path of node n.
func (w *walker) walk(nodes []node, n int32) path {
	w.nodes, w.cur, w.at = nodes, n, nodes[n].at
	w.detours = w.detours[:0]
	w.path = path{}
	for w.nodes[w.cur].kind != startNode {
		w.step()
	}
	return w.path
}

func (w *walker) step() {
	n := &w.nodes[w.cur]
	switch n.kind {
	case cpuNode:
		cpu := cpuOf[n.side]
		ready := w.nodes[n.parent].at
		if w.spend(ready+n.queued, cpu) && w.spend(ready, CPUQueue) {
			w.cur = n.parent
		}
	case arrivalNode:
		if n.side != client {
			w.path.roundTrips++
		}
		if w.flight(n, w.nodes[n.parent].at) {
			w.cur = n.parent
		}
	case departureNode:
		w.leave(n)
	case forgoneNode:
		if w.expire(w.nodes[n.parent].at, AuthorityTimeout) {
			w.cur = n.parent
		}
	case timerNode:
		// What a timer lets go says since when it waited, so the way does not
		// lead here; if it did, the wait would be a timer's.
		if w.expire(w.nodes[n.parent].at, RTO) {
			w.cur = n.parent
		}
	}
	w.turn()
}

// flight attributes a segment's time on the links, and reports as spend does.
func (w *walker) flight(n *node, left time.Duration) bool {
	if len(w.detours) > 0 {
		return w.spend(left, Propagation)
	}
	w.path.causes[Queue] += n.queued
	w.path.causes[Serialisation] += n.serialised
	w.path.causes[Propagation] += w.at - left - n.queued - n.serialised
	w.at = left
	return true
}

// leave goes on from a segment's departure, by the reason for it.
func (w *walker) leave(n *node) {
	d := departures[n.why]
	since := w.before(n)
	switch {
	case d.how == none:
		w.cur = n.parent
	case d.how == acked:
		w.detour(n.parent, since, d.cause)
	case n.held && w.nodes[n.parent].at >= w.nodes[since].at:
		if w.expire(w.nodes[n.parent].at, d.cause) {
			w.detour(n.parent, since, Window)
		}
	case w.expire(w.nodes[since].at, d.cause):
		w.cur = since
	}
}

// before is where a departure's wait began: where that is the transmission
// before it, which may have waited in its turn, its departure; else the event.
func (w *walker) before(n *node) int32 {
	for i := n.since + 1; i < w.cur && w.nodes[i].kind == departureNode; i++ {
		if w.nodes[i].seq == n.seq {
			return i
		}
	}
	return n.since
}

// detour follows, from a node, what was waited for since another one: no
// further back than the detour that it is part of.
func (w *walker) detour(from, since int32, c Cause) {
	t := detour{until: w.nodes[since].at, back: since, cause: c}
	if k := len(w.detours); k > 0 && t.until <= w.detours[k-1].until {
		t.until, t.back = w.detours[k-1].until, w.detours[k-1].back
	}
	w.detours = append(w.detours, t)
	w.cur = from
}

// spend attributes the time from an instant on. Within a detour it counts as
// the detour's cause, and where the detour ends on the way it goes no further:
// it then reports false, having gone back to where the detour began.
func (w *walker) spend(from time.Duration, c Cause) bool {
	if k := len(w.detours); k > 0 {
		c = w.detours[k-1].cause
	}
	return w.expire(from, c)
}

// expire is spend for a wait that keeps its cause within a detour.
func (w *walker) expire(from time.Duration, c Cause) bool {
	k := len(w.detours)
	ends := k > 0 && from < w.detours[k-1].until
	if ends {
		from = w.detours[k-1].until
		w.cur = w.detours[k-1].back
		w.detours = w.detours[:k-1]
	}
	w.path.causes[c] += w.at - from
	w.at = from
	return !ends
}

// turn ends the detours whose beginning has been reached: its instant, and
// among the events of that instant its own.
func (w *walker) turn() {
	for k := len(w.detours); k > 0; k-- {
		t := &w.detours[k-1]
		if w.at > t.until || w.cur > t.back {
			return
		}
		w.cur = t.back
		w.detours = w.detours[:k-1]
	}
}
