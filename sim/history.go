package sim

import (
	"time"

	"tlslab/sim/tcp"
)

// nodeKind says what kind of event a node was.
type nodeKind uint8

const (
	startNode      nodeKind = iota // the connection begins; nothing comes before
	arrivalNode                    // a segment reached its host
	cpuNode                        // a core finished a task
	timerNode                      // a TCP deadline
	unansweredNode                 // a client waits no longer for a responder
	pauseNode                      // a program's pause was over; none comes before what a path is walked back from
	departureNode                  // a segment left that had been waiting: no event, but what one let go
	summaryNode                    // stands for the way back from an event, whose index in summaries since is
)

// node is an event in a history, with its parent: what had to happen
// for it to happen. Its index is the tcp.Tag of the event. The departures of an
// event follow it.
type node struct {
	at     time.Duration
	queued time.Duration // arrival: in links' queues; cpu: for a core
	detail int64         // arrival: time of serialisation; departure: the place of the segment in its stream
	parent int32         // arrival: the departure, or the event in which the segment left at once; departure: its event; cpu: the event in which the work was ready
	since  int32         // departure: the event since which its data had been waiting, or the departure that it repeats
	kind   nodeKind
	cause  Cause     // cpu: whose work it was
	why    tcp.Cause // departure: why the segment left when it did
	flags  nodeFlags
}

type nodeFlags uint8

const (
	atServer nodeFlags = 1 << iota // arrival
	held                           // departure: a timer let it go that the window had held; parent: the event that armed the timer
	detached                       // departure: of an event that is no longer before it
)

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

// history is what happened to a connection, as far as its critical path needs it. A
// fetch goes on in the history of the connection whose client asks.
type history struct {
	nodes     []node
	summaries []summary
	open      []detour // of the summaries
	limit     int      // of nodes, from which on it is compacted
	users     int      // connections
}

// historyLimit is the number of nodes from which on a history is compacted: more than a
// response of a megabyte needs.
const historyLimit = 2048

func (h *history) share() *history {
	h.users++
	return h
}

// newHistory is an empty history for one connection.
func (w *World) newHistory() *history {
	k := len(w.histories)
	if k == 0 {
		h := &history{limit: w.historyLimit}
		return h.share()
	}
	h := w.histories[k-1]
	w.histories = w.histories[:k-1]
	h.nodes, h.summaries, h.open, h.limit = h.nodes[:0], h.summaries[:0], h.open[:0], w.historyLimit
	return h.share()
}

// dropHistory takes a history back that a connection needs no longer.
func (w *World) dropHistory(h *history) {
	if h.users--; h.users == 0 {
		w.histories = append(w.histories, h)
	}
}

// node adds an event to a connection's history and makes it the one being handled.
func (w *World) node(c *connection, kind nodeKind, parent tcp.Tag) *node {
	n := c.history.add()
	n.at, n.kind, n.parent = w.now, kind, int32(parent)
	w.tag = tcp.Tag(len(c.history.nodes) - 1)
	return n
}

// add adds a node, to be filled in.
func (h *history) add() *node {
	h.nodes = append(h.nodes, node{})
	return &h.nodes[len(h.nodes)-1]
}

// departure is the node that a segment about to leave comes from: one of its own
// if it had been waiting, else the event at hand.
func (w *World) departure(c *connection, s *tcp.Segment) tcp.Tag {
	if departures[s.Cause].how == none {
		return w.tag
	}
	n := c.history.add()
	n.at, n.kind, n.parent = w.now, departureNode, int32(w.tag)
	n.detail, n.since, n.why = s.Seq, int32(s.Since), s.Cause
	if s.Held {
		n.flags, n.parent = held, int32(s.Armed)
	}
	return tcp.Tag(len(c.history.nodes) - 1)
}
