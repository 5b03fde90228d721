package sim

import "time"

// pathTimes are the times of a critical path, or of a part of it, by cause.
type pathTimes struct {
	causes     [NumCauses + 1]time.Duration // with openCause
	roundTrips int                          // segments that arrived at the server
}

// openCause stands for the cause of the detour in which a part of a path lies, if that is not
// known.
const openCause = NumCauses

// detour is a part of the path that explains a wait for acknowledgements: from the acknowledgement
// back to the event since which the data had waited. Its time counts as the wait's cause, except
// waits for timers.
type detour struct {
	until time.Duration // where it ends
	back  int32         // node from which the path goes on
	cause Cause
}

// criticalPath follows the parents of a node back to the start of the connection and sums up the
// times between them by cause.
type criticalPath struct {
	*history
	at      time.Duration // all time after it is attributed
	cur     int32         // node in hand; its instant is at
	detours []detour      // the innermost last, which ends first
	times   pathTimes     // of all time after at that is not in stretches

	// While at is not before splits, times go to stretches, in the order of the path.
	splits    time.Duration
	stretches []stretch
}

// find returns the times of the critical path of node n. They are valid until the next call.
func (p *criticalPath) find(h *history, n int32) *pathTimes {
	p.begin(h, n)
	for p.nodes[p.cur].kind != startNode {
		p.step()
	}
	return &p.times
}

func (p *criticalPath) begin(h *history, n int32) {
	p.history, p.cur, p.at = h, n, h.nodes[n].at
	p.detours, p.stretches, p.splits = p.detours[:0], p.stretches[:0], never
	p.times = pathTimes{}
}

// step attributes the time between the node in hand and the one before it on the path.
func (p *criticalPath) step() {
	n := &p.nodes[p.cur]
	switch n.kind {
	case cpuNode:
		ready := p.nodes[n.parent].at
		if p.attribute(ready+n.queued, n.cause) && p.attribute(ready, CPUQueue) {
			p.cur = n.parent
		}
	case arrivalNode:
		if n.flags&atServer != 0 {
			p.times.roundTrips++
		}
		if p.arrival(n, p.nodes[n.parent].at) {
			p.cur = n.parent
		}
	case departureNode:
		p.departure(n)
	case summaryNode:
		p.applySummary(&p.summaries[n.since])
	case fetchTimeoutNode:
		if p.attributeTimer(p.nodes[n.parent].at, ResponderTimeout) {
			p.cur = n.parent
		}
	case timerNode:
		// A segment that a timer sends has a departure, which says since when it waited. Only
		// other segments of the same event lead here.
		if p.attributeTimer(p.nodes[n.parent].at, RTO) {
			p.cur = n.parent
		}
	}
	p.endDetours()
}

// arrival attributes the time of a segment on the network. It returns what attribute returns.
func (p *criticalPath) arrival(n *node, left time.Duration) bool {
	if len(p.detours) > 0 {
		return p.attribute(left, Propagation)
	}
	p.times.causes[Queue] += n.queued
	serialised := time.Duration(n.detail)
	p.times.causes[Serialisation] += serialised
	p.times.causes[Propagation] += p.at - left - n.queued - serialised
	p.at = left
	return true
}

// departure attributes the wait of a segment before it left.
func (p *criticalPath) departure(n *node) {
	d := departures[n.why]
	since, began := p.waitBegan(n)
	if n.flags&paced != 0 && !p.attributeTimer(p.nodes[n.parent].at, Pacing) {
		return
	}
	switch {
	case d.how == none:
		p.cur = n.parent
	case d.how == acked:
		p.detour(n.parent, since, began, d.cause)
	case n.flags&held != 0 && p.nodes[n.parent].at >= began:
		if p.attributeTimer(p.nodes[n.parent].at, d.cause) {
			p.detour(n.parent, since, began, Window)
		}
	case p.attributeTimer(began, d.cause):
		p.cur = since
	}
}

// waitBegan returns the node and the instant at which the wait of a departure began. If that was a
// transmission of the same segment which itself had waited, the node is the departure of that
// transmission. If the sender computed before it wrote the data, the instant is later than the
// node's, which is the first event of the computation.
func (p *criticalPath) waitBegan(n *node) (since int32, began time.Duration) {
	since = p.transmission(n)
	return since, p.nodes[since].at + n.queued
}

// transmission returns the node of waitBegan.
func (p *criticalPath) transmission(n *node) int32 {
	if p.nodes[n.since].kind == departureNode {
		return n.since // set when the history was compacted
	}
	for i := n.since + 1; i < p.cur && p.nodes[i].kind == departureNode && p.nodes[i].flags&detached == 0; i++ {
		if p.nodes[i].detail == n.detail {
			return i
		}
	}
	return n.since
}

// detour begins a detour at node from which explains a wait since another node, or since a later
// instant of its computation.
func (p *criticalPath) detour(from, since int32, began time.Duration, c Cause) {
	p.push(detour{until: began, back: since, cause: c})
	p.cur = from
}

// push begins a detour within the others. If it would go back as far as the detour around it, or
// further, that detour takes its cause instead.
func (p *criticalPath) push(t detour) {
	if k := len(p.detours); k > 0 && t.until <= p.detours[k-1].until {
		p.detours[k-1].cause = t.cause
		return
	}
	p.detours = append(p.detours, t)
}

// attribute attributes the time since an instant to a cause, or to the cause of the detour in which
// the path is. It returns false if the detour ended within that time: the path then goes on from
// detour.back.
func (p *criticalPath) attribute(from time.Duration, c Cause) bool {
	if k := len(p.detours); k > 0 {
		c = p.detours[k-1].cause
	}
	return p.attributeTimer(from, c)
}

// attributeTimer is attribute for a wait that keeps its cause within a detour.
func (p *criticalPath) attributeTimer(from time.Duration, c Cause) bool {
	k := len(p.detours)
	ends := k > 0 && from < p.detours[k-1].until
	if ends {
		from = p.detours[k-1].until
		p.cur = p.detours[k-1].back
		p.detours = p.detours[:k-1]
	}
	if p.at >= p.splits {
		p.stretch(from, c)
	} else {
		p.times.causes[c] += p.at - from
	}
	p.at = from
	return !ends
}

// stretch appends the time since an instant to the stretches.
func (p *criticalPath) stretch(from time.Duration, c Cause) {
	if k := len(p.stretches) - 1; k >= 0 && p.stretches[k].cause == c {
		p.stretches[k].from = from
		return
	}
	p.stretches = append(p.stretches, stretch{from, c})
}

// endDetours ends the detours whose end the path has reached.
func (p *criticalPath) endDetours() {
	for k := len(p.detours); k > 0; k-- {
		t := &p.detours[k-1]
		// A detour that ends within a computation has no node of its own at its end.
		if p.at > t.until || p.cur > t.back && p.nodes[t.back].at == t.until {
			return
		}
		p.cur = t.back
		p.detours = p.detours[:k-1]
	}
}
