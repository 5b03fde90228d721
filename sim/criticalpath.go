package sim

import "time"

// way is the way back from an instant to the start of its connection, or a part of it.
type way struct {
	causes     [NumCauses + 1]time.Duration // with openCause
	roundTrips int
}

// openCause stands for the cause of the detour in which a part of a way is walked,
// where it is not known which that is.
const openCause = NumCauses

// detour is a stretch of the way that is walked to see what an acknowledgement
// waited for. It ends at the instant since which the data was ready.
type detour struct {
	until time.Duration
	back  int32 // the node to go on from
	cause Cause
}

// criticalPath follows parents back from a node, attributing time as it goes.
type criticalPath struct {
	*history
	at      time.Duration // everything after it has been attributed
	cur     int32
	detours []detour
	way     way
}

// find returns the critical path of node n. It is valid until the next call.
func (p *criticalPath) find(h *history, n int32) *way {
	p.begin(h, n)
	for p.nodes[p.cur].kind != startNode {
		p.step()
	}
	return &p.way
}

func (p *criticalPath) begin(h *history, n int32) {
	p.history, p.cur, p.at = h, n, h.nodes[n].at
	p.detours = p.detours[:0]
	p.way = way{}
}

func (p *criticalPath) step() {
	n := &p.nodes[p.cur]
	switch n.kind {
	case cpuNode:
		ready := p.nodes[n.parent].at
		if p.spend(ready+n.queued, n.cause) && p.spend(ready, CPUQueue) {
			p.cur = n.parent
		}
	case arrivalNode:
		if n.flags&atServer != 0 {
			p.way.roundTrips++
		}
		if p.flight(n, p.nodes[n.parent].at) {
			p.cur = n.parent
		}
	case departureNode:
		p.leave(n)
	case summaryNode:
		p.leap(&p.summaries[n.since])
	case unansweredNode:
		if p.expire(p.nodes[n.parent].at, ResponderTimeout) {
			p.cur = n.parent
		}
	case timerNode:
		// What a timer lets go says since when it waited, so the way does not
		// lead here; if it did, the wait would be a timer's.
		if p.expire(p.nodes[n.parent].at, RTO) {
			p.cur = n.parent
		}
	}
	p.turn()
}

// flight attributes a segment's time on the links, and reports as spend does.
func (p *criticalPath) flight(n *node, left time.Duration) bool {
	if len(p.detours) > 0 {
		return p.spend(left, Propagation)
	}
	p.way.causes[Queue] += n.queued
	serialised := time.Duration(n.detail)
	p.way.causes[Serialisation] += serialised
	p.way.causes[Propagation] += p.at - left - n.queued - serialised
	p.at = left
	return true
}

// leave goes on from a segment's departure, by the reason for it.
func (p *criticalPath) leave(n *node) {
	d := departures[n.why]
	since := p.before(n)
	switch {
	case d.how == none:
		p.cur = n.parent
	case d.how == acked:
		p.detour(n.parent, since, d.cause)
	case n.flags&held != 0 && p.nodes[n.parent].at >= p.nodes[since].at:
		if p.expire(p.nodes[n.parent].at, d.cause) {
			p.detour(n.parent, since, Window)
		}
	case p.expire(p.nodes[since].at, d.cause):
		p.cur = since
	}
}

// before is where a departure's wait began: where that is the transmission
// before it, which may have waited in its turn, its departure; else the event.
func (p *criticalPath) before(n *node) int32 {
	if p.nodes[n.since].kind == departureNode {
		return n.since // it was found when the history was compacted
	}
	for i := n.since + 1; i < p.cur && p.nodes[i].kind == departureNode && p.nodes[i].flags&detached == 0; i++ {
		if p.nodes[i].detail == n.detail {
			return i
		}
	}
	return n.since
}

// detour follows, from a node, what was waited for since another one: no
// further back than the detour that it is part of.
func (p *criticalPath) detour(from, since int32, c Cause) {
	p.push(detour{until: p.nodes[since].at, back: since, cause: c})
	p.cur = from
}

func (p *criticalPath) push(t detour) {
	if k := len(p.detours); k > 0 && t.until <= p.detours[k-1].until {
		p.detours[k-1].cause = t.cause // of which nothing would be left when this one ends
		return
	}
	p.detours = append(p.detours, t)
}

// spend attributes the time from an instant on. Within a detour it counts as
// the detour's cause, and where the detour ends on the way it goes no further:
// it then reports false, having gone back to where the detour began.
func (p *criticalPath) spend(from time.Duration, c Cause) bool {
	if k := len(p.detours); k > 0 {
		c = p.detours[k-1].cause
	}
	return p.expire(from, c)
}

// expire is spend for a wait that keeps its cause within a detour.
func (p *criticalPath) expire(from time.Duration, c Cause) bool {
	k := len(p.detours)
	ends := k > 0 && from < p.detours[k-1].until
	if ends {
		from = p.detours[k-1].until
		p.cur = p.detours[k-1].back
		p.detours = p.detours[:k-1]
	}
	p.way.causes[c] += p.at - from
	p.at = from
	return !ends
}

// turn ends the detours whose beginning has been reached: its instant, and
// among the events of that instant its own.
func (p *criticalPath) turn() {
	for k := len(p.detours); k > 0; k-- {
		t := &p.detours[k-1]
		if p.at > t.until || p.cur > t.back {
			return
		}
		p.cur = t.back
		p.detours = p.detours[:k-1]
	}
}
