package sim

import (
	"time"

	"tlslab/sim/tcp"
)

// nodeKind is the kind of a node.
type nodeKind uint8

const (
	startNode        nodeKind = iota // the connection starts; has no parent
	arrivalNode                      // a segment arrived at its host
	cpuNode                          // a core finished a task
	timerNode                        // a TCP timer expired
	fetchTimeoutNode                 // an OCSP fetch timed out
	pauseNode                        // a pause ended; all paths end before the first pause
	departureNode                    // a waiting segment left; part of the event before it
	summaryNode                      // replaces the path from an event: summaries[since]
)

// node is an event of a connection. The parent is the event without which it would not have
// happened then. The node's index is the event's tcp.Tag. The departures of an event follow it.
//
//	kind       parent                   queued          detail          since
//	arrival    departure, or event that time in queues  time at rates
//	           sent the segment
//	cpu        event that made the      time in queue
//	           work ready               for a core
//	departure  its event; held, paced:  Segment.Computed Segment.Seq     event since which it
//	           event that armed the                                     waited, or departure
//	           timer                                                    that it repeats
//
// A computation is work of one cause after work, without a wait for a core. Its later cpu events
// have the first one as their parent.
type node struct {
	at     time.Duration
	queued time.Duration
	detail int64
	parent int32
	since  int32
	kind   nodeKind
	cause  Cause     // cpu: of the work
	why    tcp.Cause // departure: of the segment
	flags  nodeFlags
}

type nodeFlags uint8

const (
	atServer nodeFlags = 1 << iota // arrival at the server
	held                           // departure with tcp.Segment.Held
	paced                          // departure with tcp.Segment.Paced
	detached                       // departure: the node before it belongs to another event
)

// departure says how the critical path goes on from a departure: its wait counts as cause.
type departure struct {
	cause Cause
	how   wait
}

type wait uint8

const (
	none    wait = iota // there was no wait: the path goes on from the parent
	acked               // it waited for ACKs: the path follows them back, as a detour
	expired             // it waited for a timer since the event node.since
)

// departures are by tcp.Segment.Cause.
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

// history holds the events of a connection for its critical path. An OCSP fetch shares the history
// of its opener.
type history struct {
	nodes     []node
	summaries []summary
	open      []detour  // of the summaries
	stretches []stretch // of the summaries
	limit     int       // number of nodes at which it is compacted
	users     int       // connections that use it
}

// historyLimit is the number of nodes at which a history is compacted first: a response of one
// megabyte needs fewer.
const historyLimit = 2048

func (h *history) share() *history {
	h.users++
	return h
}

// newHistory returns an empty history with one user.
func (w *World) newHistory() *history {
	k := len(w.histories)
	if k == 0 {
		h := &history{limit: w.historyLimit}
		return h.share()
	}
	h := w.histories[k-1]
	w.histories = w.histories[:k-1]
	h.nodes, h.summaries, h.open, h.stretches, h.limit = h.nodes[:0], h.summaries[:0], h.open[:0], h.stretches[:0], w.historyLimit
	return h.share()
}

// dropHistory ends the use of a history by a connection.
func (w *World) dropHistory(h *history) {
	if h.users--; h.users == 0 {
		w.histories = append(w.histories, h)
	}
}

// node adds an event to a connection's history. It becomes the event in hand.
func (w *World) node(c *connection, kind nodeKind, parent tcp.Tag) *node {
	n := c.history.add()
	n.at, n.kind, n.parent = w.now, kind, int32(parent)
	w.tag = tcp.Tag(len(c.history.nodes) - 1)
	return n
}

// add appends an empty node.
func (h *history) add() *node {
	h.nodes = append(h.nodes, node{})
	return &h.nodes[len(h.nodes)-1]
}

// computedSince returns the first event of the computation for a cause that an event continues, and
// the time between the two. An event that continues none is its own first event.
func (h *history) computedSince(t tcp.Tag, c Cause) (first tcp.Tag, computed time.Duration) {
	n := &h.nodes[t]
	if n.kind != cpuNode || n.cause != c || n.queued > 0 {
		return t, 0
	}
	if p := &h.nodes[n.parent]; p.kind == cpuNode && p.cause == c {
		return tcp.Tag(n.parent), n.at - p.at
	}
	return t, 0
}

// departure returns the node from which a segment leaves: a new departure if the segment had
// waited, else the event in hand.
func (w *World) departure(c *connection, s *tcp.Segment) tcp.Tag {
	if departures[s.Cause].how == none && !s.Paced {
		return w.tag
	}
	n := c.history.add()
	n.at, n.kind, n.parent = w.now, departureNode, int32(w.tag)
	n.detail, n.since, n.why, n.queued = s.Seq, int32(s.Since), s.Cause, s.Computed
	switch {
	case s.Paced:
		n.flags, n.parent = paced, int32(s.Armed)
	case s.Held:
		n.flags, n.parent = held, int32(s.Armed)
	}
	return tcp.Tag(len(c.history.nodes) - 1)
}
