package sim

import (
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
// nodes between two roots are a gap: no detour ends at one of them. If a gap is long, each path
// through it is walked once and becomes a summary: its times by cause, and the node at which it
// leaves the gap.
//
// A computation has one node for all its writes, so a detour can also end between two nodes of a
// gap. A summary can be split at each instant at which that is possible: down to the first of these
// instants it has the path as stretches.

// leg is a path through a gap.
type leg struct {
	stretches span                         // of history.stretches: the path, from its beginning on
	causes    [NumCauses + 1]time.Duration // times of the rest of the path, by cause
	end       int32                        // node at which the path leaves the gap
	at        time.Duration                // instant at which it does
	open      span                         // of history.open: detours that end below the gap
}

// span is a part of a slice: from the first index to before the second one.
type span [2]int32

// stretch is a part of a path that counts as one cause. It goes back to an instant.
type stretch struct {
	from  time.Duration
	cause Cause
}

// summary replaces the path from a node: outside is for a path that reaches the node outside of
// detours, within for one that reaches it in a detour. In within, openCause stands for the cause of
// that detour. Only within has stretches.
type summary struct{ outside, within leg }

// applySummary attributes the times of a summary and goes on from its end, or from the end of the
// detour within the summary.
func (p *criticalPath) applySummary(s *summary) {
	g := &s.outside
	if k := len(p.detours); k > 0 {
		g = &s.within
		around := p.detours[k-1].cause
		for _, part := range p.history.stretches[g.stretches[0]:g.stretches[1]] {
			if part.cause == openCause {
				part.cause = around
			}
			if !p.attributeTimer(part.from, part.cause) {
				return
			}
		}
		p.times.causes[around] += g.causes[openCause]
	}
	for c, d := range g.causes[:openCause] {
		p.times.causes[c] += d
	}
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
)

// minGap is the least number of nodes between two roots for which summaries are made.
const minGap = 64

// compactor compacts histories. It reuses its memory.
type compactor struct {
	minGap   int32
	from, to history
	uses     []use          // by node of from
	moved    []int32        // by node of from: its index in to
	lower    int32          // lower end of the gap in hand, a root
	splits   time.Duration  // first instant between two nodes at which a detour can end
	path     criticalPath   // in from
	mark     func(*tcp.Tag) // marks the node of a tag as a root
	move     func(*tcp.Tag) // gives a tag its new value
	forget   func(*tcp.Tag) // sets a tag to the start of the connection

	// computed notes the first write of a computation whose data is not yet sent.
	computed func(since tcp.Tag, least time.Duration)
}

// compactHistory compacts the history of a connection. No event may be in hand. It does nothing
// while an OCSP fetch shares the history, and before the handshake is complete: a summary has no
// round trips.
func (w *World) compactHistory(c *connection) {
	h, k := c.history, &w.compactor
	if h.users > 1 || c.moments[recording.Handshake] < 0 {
		return
	}
	if k.mark == nil {
		k.mark = func(t *tcp.Tag) { k.hold(int32(*t)) }
		k.move = func(t *tcp.Tag) { *t = tcp.Tag(k.moved[*t]) }
		k.forget = func(t *tcp.Tag) { *t = 0 }
		k.computed = func(t tcp.Tag, least time.Duration) {
			k.splits = min(k.splits, k.from.nodes[t].at+least)
		}
	}
	if c.moments[recording.LastByte] >= 0 {
		c.visitTags(k.forget) // all critical paths have been evaluated
		h.nodes, h.summaries, h.open, h.stretches = h.nodes[:1], h.summaries[:0], h.open[:0], h.stretches[:0]
		return
	}
	k.from, k.path.history = *h, &k.from
	k.uses = append(k.uses[:0], make([]use, len(h.nodes))...)
	k.moved = append(k.moved[:0], make([]int32, len(h.nodes))...)
	k.to.nodes, k.to.summaries = k.to.nodes[:0], k.to.summaries[:0]
	k.to.open, k.to.stretches = k.to.open[:0], k.to.stretches[:0]
	k.uses[0] = root
	k.splits = never
	for s := range c.procs {
		c.procs[s].ep.Computed(k.computed)
	}
	c.visitTags(k.mark)
	k.find()
	k.build()
	c.visitTags(k.move)
	h.nodes = append(h.nodes[:0], k.to.nodes...)
	h.summaries = append(h.summaries[:0], k.to.summaries...)
	h.open = append(h.open[:0], k.to.open...)
	h.stretches = append(h.stretches[:0], k.to.stretches...)
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
		if at&root != 0 {
			k.beginGap(i)
			summarise = i-k.lower > k.minGap
		}
		switch {
		case at&(root|kept) != 0:
			k.retain(i)
		case at&entry != 0:
			if !summarise || !k.summarise(i) {
				k.uses[i] |= kept
				k.retain(i)
			}
		}
	}
}

// beginGap finds the lower end of the gap below a root.
func (k *compactor) beginGap(i int32) {
	for k.lower = max(i-1, 0); k.uses[k.lower]&root == 0; k.lower-- {
	}
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
	if k.from.nodes[back].at == until {
		k.root(back)
		return
	}
	k.uses[back] |= kept // the path goes on within its computation
	k.splits = min(k.splits, until)
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
	if !k.walk(i, &s.outside, never) || !k.walk(i, &s.within, k.splits, detour{until: -1, back: -1, cause: openCause}) {
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

// walk follows the path from a node through the gap, within the given detours. The leg can be split
// from the first of its possible splits on.
func (k *compactor) walk(i int32, g *leg, splits time.Duration, within ...detour) bool {
	p := &k.path
	p.begin(&k.from, i)
	p.splits = splits
	p.detours = append(p.detours, within...)
	for !k.leaves() && (p.cur == i || k.uses[p.cur]&(root|kept) == 0) {
		p.step()
	}
	g.causes, g.end, g.at = p.times.causes, p.cur, p.at
	k.to.open, g.open = appendSpan(k.to.open, p.detours[len(within):])
	k.to.stretches, g.stretches = appendSpan(k.to.stretches, p.stretches)
	return p.cur != i
}

// appendSpan appends elements to a slice and returns where they are.
func appendSpan[E any](to, elements []E) ([]E, span) {
	from := int32(len(to))
	to = append(to, elements...)
	return to, span{from, int32(len(to))}
}

// build makes the compacted history.
func (k *compactor) build() {
	last := -1 // the node before
	for i, at := range k.uses {
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
			since, _, _ := k.departure(int32(i))
			n.since = k.moved[since]
			if n.parent = k.moved[n.parent]; k.uses[k.from.nodes[i].parent] == 0 {
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
		k.to.open, g.open = appendSpan(k.to.open, k.from.open[g.open[0]:g.open[1]])
		k.to.stretches, g.stretches = appendSpan(k.to.stretches, k.from.stretches[g.stretches[0]:g.stretches[1]])
	}
	k.renumber(&s)
	k.to.summaries = append(k.to.summaries, s)
	return int32(len(k.to.summaries) - 1)
}
