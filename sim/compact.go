package sim

import (
	"sort"
	"time"

	"tlslab/sim/recording"
	"tlslab/sim/tcp"
)

// The history of a long connection is compacted: its memory does not follow the length of the
// connection, and its critical paths stay exact.
//
// The parent of a future event is a node whose tag an endpoint, a packet or a process holds. Nodes
// that no path from these nodes reaches are dropped. A detour ends at the node since which a
// segment waited. The nodes of tags and the nodes at which a detour can end are the roots. The
// nodes between two roots are a gap: no detour ends in it. If a gap is long, each path through it
// is walked once and becomes a summary: its times by cause, and the node at which it leaves the
// gap.
//
// A computation has one node for all its writes, so a detour can also end between two nodes. The
// node before its end is an edge: the gap ends above it. A detour of the future can end at any write
// whose data is unsent, so gaps in the time of these writes have no summaries. A history therefore
// grows while a sender computes about as fast as the network sends.

// leg is a path through a gap.
type leg struct {
	times pathTimes
	end   int32         // node at which the path leaves the gap
	at    time.Duration // instant at which it does
	open  [2]int32      // history.open[open[0]:open[1]]: detours that end below the gap
}

// summary replaces the path from a node: outside is for a path that reaches the node outside of
// detours, within for one that reaches it in a detour. In within, openCause stands for the cause of
// that detour.
type summary struct{ outside, within leg }

// applySummary attributes the times of a summary and goes on from its end.
func (p *criticalPath) applySummary(s *summary) {
	g := &s.outside
	if k := len(p.detours); k > 0 {
		g = &s.within
		p.times.causes[p.detours[k-1].cause] += g.times.causes[openCause]
	}
	for c, d := range g.times.causes[:openCause] {
		p.times.causes[c] += d
	}
	p.times.roundTrips += g.times.roundTrips
	for _, t := range p.history.open[g.open[0]:g.open[1]] {
		p.push(t)
	}
	p.cur, p.at = g.end, g.at
}

// use says how a compacted history uses a node. A node without use is dropped.
type use uint8

const (
	kept  use = 1 << iota // it stays as it is
	entry                 // a path leads to it: it stays, or becomes a summary
	root                  // a detour can end at its instant: it stays
	edge                  // a detour can end between it and the next node
)

// minGap is the least number of nodes between two roots for which summaries are made.
const minGap = 64

// interval is a span of time.
type interval struct{ from, to time.Duration }

// include extends the interval.
func (v *interval) include(from, to time.Duration) {
	v.from, v.to = min(v.from, from), max(v.to, to)
}

// compactor compacts histories. It reuses its memory.
type compactor struct {
	minGap   int32
	from, to history
	uses     []use          // by node of from
	moved    []int32        // by node of from: its index in to
	lower    int32          // lower end of the gap in hand: a root, or the node after an edge
	unsent   interval       // of computed writes whose data is not yet sent
	path     criticalPath   // in from
	mark     func(*tcp.Tag) // marks the node of a tag as a root
	move     func(*tcp.Tag) // gives a tag its new value
	forget   func(*tcp.Tag) // sets a tag to the start of the connection

	// computed adds the instants of writes to unsent.
	computed func(since tcp.Tag, least, most time.Duration)
}

// compactHistory compacts the history of a connection. No event may be in hand. While an OCSP fetch
// shares the history, it does nothing.
func (w *World) compactHistory(c *connection) {
	h, k := c.history, &w.compactor
	if h.users > 1 {
		return
	}
	if k.mark == nil {
		k.mark = func(t *tcp.Tag) { k.hold(int32(*t)) }
		k.move = func(t *tcp.Tag) { *t = tcp.Tag(k.moved[*t]) }
		k.forget = func(t *tcp.Tag) { *t = 0 }
		k.computed = func(t tcp.Tag, least, most time.Duration) {
			began := k.from.nodes[t].at
			k.unsent.include(began+least, began+most)
		}
	}
	if c.moments[recording.LastByte] >= 0 {
		c.visitTags(k.forget) // all critical paths have been evaluated
		h.nodes, h.summaries, h.open = h.nodes[:1], h.summaries[:0], h.open[:0]
		return
	}
	k.from, k.path.history = *h, &k.from
	k.uses = append(k.uses[:0], make([]use, len(h.nodes))...)
	k.moved = append(k.moved[:0], make([]int32, len(h.nodes))...)
	k.to.nodes, k.to.summaries, k.to.open = k.to.nodes[:0], k.to.summaries[:0], k.to.open[:0]
	k.uses[0] = root
	k.unsent = interval{from: never, to: -1}
	for s := range c.procs {
		c.procs[s].ep.Computed(k.computed)
	}
	if k.unsent.to >= 0 {
		k.setEdge(k.unsent.from)
		k.setEdge(k.unsent.to)
	}
	c.visitTags(k.mark)
	k.find()
	k.build()
	c.visitTags(k.move)
	h.nodes = append(h.nodes[:0], k.to.nodes...)
	h.summaries = append(h.summaries[:0], k.to.summaries...)
	h.open = append(h.open[:0], k.to.open...)
	h.limit = max(h.limit, 2*len(h.nodes))
}

// visitTags calls visit for all tags of a connection's history.
func (c *connection) visitTags(visit func(*tcp.Tag)) {
	for s := range c.procs {
		p := &c.procs[s]
		p.ep.Tags(visit)
		visit(&p.last)
		if p.state == reading {
			p.ready = 0
		}
		visit(&p.ready)
	}
	for i := range c.packets.all {
		if p := &c.packets.all[i]; p.copies > 0 {
			visit(&p.left)
		}
	}
}

// hold marks the node of a tag and its departures as roots: the wait of a retransmission can begin
// at one of them.
func (k *compactor) hold(i int32) {
	k.uses[i] |= root
	for i++; int(i) < len(k.uses) && k.from.nodes[i].kind == departureNode; i++ {
		k.uses[i] |= root
	}
}

// find finds the use of each node, from the latest to the first: paths lead to earlier nodes only.
func (k *compactor) find() {
	summarise := false
	for i := int32(len(k.uses)) - 1; i >= 0; i-- {
		at := k.uses[i]
		if at&(root|edge) != 0 {
			k.beginGap(i)
			summarise = i-k.lower > k.minGap
		}
		switch {
		case at&root != 0:
			k.retain(i)
		case at&kept != 0:
			k.retain(i)
		case at&entry != 0:
			if !summarise || k.overlapsUnsent(i) || !k.summarise(i) {
				k.uses[i] |= kept
				k.retain(i)
			}
		}
	}
}

// beginGap finds the lower end of the gap below a root or edge.
func (k *compactor) beginGap(i int32) {
	for k.lower = i; k.lower > 0; k.lower-- {
		switch below := k.uses[k.lower-1]; {
		case below&edge != 0:
			return
		case below&root != 0:
			k.lower--
			return
		}
	}
}

// overlapsUnsent reports whether a detour of a future path can end between a node of the gap in
// hand and the gap's lower end.
func (k *compactor) overlapsUnsent(i int32) bool {
	return k.from.nodes[k.lower].at < k.unsent.to && k.from.nodes[i].at > k.unsent.from
}

// retain keeps a node as it is: it marks the nodes to which the paths from the node lead.
func (k *compactor) retain(i int32) {
	n := &k.from.nodes[i]
	switch n.kind {
	case startNode:
	case departureNode:
		since, began, viaParent := k.departure(i)
		k.detourEnd(since, began)
		if viaParent || n.flags&paced != 0 {
			k.uses[n.parent] |= entry
		}
	case summaryNode:
		s := &k.from.summaries[n.since]
		for _, g := range []*leg{&s.outside, &s.within} {
			if g.at > k.from.nodes[g.end].at {
				k.uses[g.end] |= kept // the path goes on within its computation
			}
			k.uses[g.end] |= entry
			for _, t := range k.from.open[g.open[0]:g.open[1]] {
				k.detourEnd(t.back, t.until)
			}
		}
	default:
		k.uses[n.parent] |= entry
	}
}

// root marks a node as a root.
func (k *compactor) root(i int32) {
	k.uses[i] |= root
	k.lower = max(k.lower, i)
}

// detourEnd notes that a detour can end at an instant and go on from a node.
func (k *compactor) detourEnd(back int32, until time.Duration) {
	k.root(back)
	if k.from.nodes[back].at < until {
		k.lower = max(k.lower, k.setEdge(until))
	}
}

// setEdge sets an edge at an instant at which a detour can end. It returns the first node after it.
func (k *compactor) setEdge(at time.Duration) int32 {
	nodes := k.from.nodes
	after := sort.Search(len(nodes), func(i int) bool { return nodes[i].at > at })
	k.uses[after-1] |= edge
	return int32(after)
}

// departure returns the node and the instant since which a segment had waited, and whether the path
// goes on from the departure's parent.
func (k *compactor) departure(i int32) (since int32, began time.Duration, viaParent bool) {
	n := &k.from.nodes[i]
	k.path.cur = i
	since, began = k.path.waitBegan(n)
	switch departures[n.why].how {
	case expired:
		return since, began, n.flags&held != 0 && k.from.nodes[n.parent].at >= began
	default:
		return since, began, true
	}
}

// leaves reports whether the next step of the path leads out of the gap, to an earlier node.
func (k *compactor) leaves() bool {
	i := k.path.cur
	n := &k.from.nodes[i]
	next := n.parent
	switch n.kind {
	case startNode, pauseNode:
		return true
	case departureNode:
		if since, _, viaParent := k.departure(i); !viaParent {
			next = since
		}
	case summaryNode:
		s := &k.from.summaries[n.since]
		next = s.outside.end
		if len(k.path.detours) > 0 {
			next = s.within.end
		}
	}
	return next < k.lower
}

// summarise makes the summary of a node. It returns false if the first step from the node leads out
// of the gap.
func (k *compactor) summarise(i int32) bool {
	var s summary
	if !k.walk(i, &s.outside) || !k.walk(i, &s.within, detour{until: -1, back: -1, cause: openCause}) {
		return false
	}
	k.moved[i] = int32(len(k.to.summaries))
	k.to.summaries = append(k.to.summaries, s)
	for _, g := range []*leg{&s.outside, &s.within} {
		k.uses[g.end] |= kept
		for _, t := range k.to.open[g.open[0]:g.open[1]] {
			k.detourEnd(t.back, t.until)
		}
	}
	return true
}

// walk follows the path from a node through the gap, within the given detours.
func (k *compactor) walk(i int32, g *leg, within ...detour) bool {
	p := &k.path
	p.begin(&k.from, i)
	p.detours = append(p.detours, within...)
	for !k.leaves() && (p.cur == i || k.uses[p.cur]&(root|kept) == 0) {
		p.step()
	}
	g.times, g.end, g.at = p.times, p.cur, p.at
	g.open[0] = int32(len(k.to.open))
	k.to.open = append(k.to.open, p.detours[len(within):]...)
	g.open[1] = int32(len(k.to.open))
	return p.cur != i
}

// build makes the compacted history.
func (k *compactor) build() {
	last := -1 // the node before
	for i, at := range k.uses {
		if at&^edge == 0 {
			continue
		}
		n := k.from.nodes[i]
		switch {
		case at&^edge == entry:
			n = node{at: n.at, kind: summaryNode, since: k.moved[i]}
			k.renumber(&k.to.summaries[n.since])
		case n.kind == summaryNode:
			n.since = k.copySummary(&k.from.summaries[n.since])
		case n.kind == departureNode:
			since, _, _ := k.departure(int32(i))
			n.since = k.moved[since]
			if n.parent = k.moved[n.parent]; k.uses[k.from.nodes[i].parent]&^edge == 0 {
				n.parent = n.since // unused
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

// renumber sets the new indices of the nodes to which a summary leads.
func (k *compactor) renumber(s *summary) {
	for _, g := range []*leg{&s.outside, &s.within} {
		g.end = k.moved[g.end]
		for j := g.open[0]; j < g.open[1]; j++ {
			k.to.open[j].back = k.moved[k.to.open[j].back]
		}
	}
}

// copySummary copies a summary to the compacted history.
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
