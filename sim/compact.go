package sim

import (
	"tlslab/sim/recording"
	"tlslab/sim/tcp"
)

// A long connection's history is compacted now and then. What no critical path can lead
// to any more goes. What is left is a line of events between the roots: the events of
// which tags are held, by endpoints, packets and processes. A path can change its
// direction, as the detour that it is on ends, at the instant of a root alone. Between
// two roots that lie far apart, the way from each event to which a path can come is
// therefore walked once, and kept as a summary: the time that it takes by cause.

// leg is a part of a way: what it takes, and how to go on.
type leg struct {
	way  way
	end  int32    // the node that it leads to
	open [2]int32 // the detours that have begun on it and not ended: history.open[open[0]:open[1]]
}

// summary is the way from an event, as it is outside of detours and within one.
type summary struct{ outside, within leg }

// leap goes the way of a summary.
func (p *criticalPath) leap(s *summary) {
	g := &s.outside
	k := len(p.detours)
	if k > 0 {
		g = &s.within
		p.way.causes[p.detours[k-1].cause] += g.way.causes[openCause]
	}
	for c, d := range g.way.causes[:openCause] {
		p.way.causes[c] += d
	}
	p.way.roundTrips += g.way.roundTrips
	for _, t := range p.history.open[g.open[0]:g.open[1]] {
		p.push(t)
	}
	p.cur, p.at = g.end, p.nodes[g.end].at
}

// place is what becomes of a node when a history is compacted.
type place uint8

const (
	kept  place = 1 << iota // it stays as it is
	entry                   // a node that stays leads to it: it stays, or becomes a summary
	root                    // a path may change its direction at its instant: it stays
)

// minGap is the number of nodes between two roots from which on ways are summarised.
const minGap = 64

// compactor compacts histories. Its memory is kept.
type compactor struct {
	minGap   int32
	from, to history
	places   []place        // by node of from; 0: it goes
	moved    []int32        // by node of from: where it goes
	roots    int32          // the latest root before the node at hand
	path     criticalPath   // on from
	mark     func(*tcp.Tag) // for visit
	move     func(*tcp.Tag)
	forget   func(*tcp.Tag)
}

// compactHistory compacts the history of a connection that has grown to its limit. A
// history that a fetch shares waits for the end of one of its connections.
func (w *World) compactHistory(c *connection) {
	h, k := c.history, &w.compactor
	if h.users > 1 {
		return
	}
	if k.mark == nil {
		k.mark = func(t *tcp.Tag) { k.hold(int32(*t)) }
		k.move = func(t *tcp.Tag) { *t = tcp.Tag(k.moved[*t]) }
		k.forget = func(t *tcp.Tag) { *t = 0 }
	}
	if c.moments[recording.LastByte] >= 0 {
		c.visitTags(k.forget) // no path will be asked for any more
		h.nodes, h.summaries, h.open = h.nodes[:1], h.summaries[:0], h.open[:0]
		return
	}
	k.from, k.path.history = *h, &k.from
	k.places = append(k.places[:0], make([]place, len(h.nodes))...)
	k.moved = append(k.moved[:0], make([]int32, len(h.nodes))...)
	k.to.nodes, k.to.summaries, k.to.open = k.to.nodes[:0], k.to.summaries[:0], k.to.open[:0]
	k.places[0] = root
	c.visitTags(k.mark)
	k.find()
	k.build()
	c.visitTags(k.move)
	h.nodes = append(h.nodes[:0], k.to.nodes...)
	h.summaries = append(h.summaries[:0], k.to.summaries...)
	h.open = append(h.open[:0], k.to.open...)
	h.limit = max(h.limit, 2*len(h.nodes))
}

// visitTags shows all references to the history of a connection, whose events are handled.
func (c *connection) visitTags(see func(*tcp.Tag)) {
	for s := range c.procs {
		p := &c.procs[s]
		p.ep.Tags(see)
		see(&p.last)
		if p.state == reading {
			p.ready = 0
		}
		see(&p.ready)
	}
	for i := range c.packets.all {
		if p := &c.packets.all[i]; p.copies > 0 {
			see(&p.left)
		}
	}
}

// hold marks a node of which a tag is held, and the departures that followed it: what
// leaves later may repeat one of them.
func (k *compactor) hold(i int32) {
	k.places[i] |= root
	for i++; int(i) < len(k.places) && k.from.nodes[i].kind == departureNode; i++ {
		k.places[i] |= root
	}
}

// find decides what becomes of each node, from the latest to the first: those that lead
// to a node have decided before.
func (k *compactor) find() {
	summarise := false
	for i := int32(len(k.places)) - 1; i >= 0; i-- {
		at := k.places[i]
		switch {
		case at&root != 0:
			k.roots = i - 1
			for k.roots > 0 && k.places[k.roots]&root == 0 {
				k.roots--
			}
			summarise = i-k.roots > k.minGap
			k.retain(i)
		case at&kept != 0:
			k.retain(i)
		case at != 0:
			if !summarise || !k.summarise(i) {
				k.places[i] |= kept
				k.retain(i)
			}
		}
	}
}

// retain marks what a node that stays leads to.
func (k *compactor) retain(i int32) {
	n := &k.from.nodes[i]
	switch n.kind {
	case startNode:
	case departureNode:
		since, viaParent := k.departure(i)
		k.root(since)
		if viaParent {
			k.places[n.parent] |= entry
		}
	case summaryNode:
		s := &k.from.summaries[n.since]
		for _, g := range []*leg{&s.outside, &s.within} {
			k.places[g.end] |= entry
			for _, t := range k.from.open[g.open[0]:g.open[1]] {
				k.root(t.back)
			}
		}
	default:
		k.places[n.parent] |= entry
	}
}

// root marks a node at whose instant a path may change its direction.
func (k *compactor) root(i int32) {
	k.places[i] |= root
	k.roots = max(k.roots, i)
}

// departure is the node since which a segment had been waiting when it left, and whether
// paths go on from its parent.
func (k *compactor) departure(i int32) (since int32, viaParent bool) {
	n := &k.from.nodes[i]
	k.path.cur = i
	since = k.path.before(n)
	return since, departures[n.why].how == acked || n.flags&held != 0 && k.from.nodes[n.parent].at >= k.from.nodes[since].at
}

// leaves reports whether the next step of the path leads beyond the root before it.
func (k *compactor) leaves() bool {
	i := k.path.cur
	n := &k.from.nodes[i]
	next := n.parent
	switch n.kind {
	case startNode, pauseNode:
		return true
	case departureNode:
		if since, viaParent := k.departure(i); !viaParent {
			next = since
		}
	case summaryNode:
		s := &k.from.summaries[n.since]
		next = s.outside.end
		if len(k.path.detours) > 0 {
			next = s.within.end
		}
	}
	return next < k.roots
}

// summarise makes a summary of the way from a node to the root before it; false if there
// is none.
func (k *compactor) summarise(i int32) bool {
	var s summary
	if !k.walk(i, &s.outside) || !k.walk(i, &s.within, detour{until: -1, back: -1, cause: openCause}) {
		return false
	}
	k.moved[i] = int32(len(k.to.summaries))
	k.to.summaries = append(k.to.summaries, s)
	for _, g := range []*leg{&s.outside, &s.within} {
		k.places[g.end] |= kept
		for _, t := range k.to.open[g.open[0]:g.open[1]] {
			k.root(t.back)
		}
	}
	return true
}

// walk follows the way from a node, within the given detours.
func (k *compactor) walk(i int32, g *leg, within ...detour) bool {
	p := &k.path
	p.begin(&k.from, i)
	p.detours = append(p.detours, within...)
	for !k.leaves() && (p.cur == i || k.places[p.cur]&(root|kept) == 0) {
		p.step()
	}
	g.way, g.end = p.way, p.cur
	g.open[0] = int32(len(k.to.open))
	k.to.open = append(k.to.open, p.detours[len(within):]...)
	g.open[1] = int32(len(k.to.open))
	return p.cur != i
}

// build writes what stays, with new indices.
func (k *compactor) build() {
	last := -1 // of those that stay
	for i, at := range k.places {
		if at == 0 {
			continue
		}
		n := k.from.nodes[i]
		switch {
		case at == entry:
			n = node{at: n.at, kind: summaryNode, since: k.moved[i]}
			k.renumber(&k.to.summaries[n.since])
		case n.kind == summaryNode:
			n.since = k.copySummary(&k.from.summaries[n.since])
		case n.kind == departureNode:
			since, _ := k.departure(int32(i))
			n.since = k.moved[since]
			if n.parent = k.moved[n.parent]; k.places[k.from.nodes[i].parent] == 0 {
				n.parent = n.since // no path goes on from there
			}
			if last != i-1 {
				n.flags |= detached
			}
		case n.kind != startNode:
			n.parent = k.moved[n.parent]
		}
		last = i
		k.moved[i] = int32(len(k.to.nodes))
		k.to.nodes = append(k.to.nodes, n)
	}
}

// renumber gives a summary the new indices of the nodes that it leads to.
func (k *compactor) renumber(s *summary) {
	for _, g := range []*leg{&s.outside, &s.within} {
		g.end = k.moved[g.end]
		for j := g.open[0]; j < g.open[1]; j++ {
			k.to.open[j].back = k.moved[k.to.open[j].back]
		}
	}
}

// copySummary lets a summary stay.
func (k *compactor) copySummary(from *summary) int32 {
	s := *from
	for _, g := range []*leg{&s.outside, &s.within} {
		open := k.from.open[g.open[0]:g.open[1]]
		g.open[0] = int32(len(k.to.open))
		k.to.open = append(k.to.open, open...)
		g.open[1] = int32(len(k.to.open))
	}
	k.renumber(&s)
	k.to.summaries = append(k.to.summaries, s)
	return int32(len(k.to.summaries) - 1)
}
