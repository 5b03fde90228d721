package tcp

import "time"

// Tags calls visit for each Tag that the endpoint can still return in Segment.Since or
// Segment.Armed, also for segments that Output has not yet returned. A caller that keeps a history
// of events can drop the others. visit may change the tags: equal tags must stay equal, different
// tags different. Tags allocates nothing.
func (e *Endpoint) Tags(visit func(*Tag)) {
	for i := range e.out {
		s := &e.out[i]
		visit(&s.Since)
		if s.Held || s.Paced {
			visit(&s.Armed)
		}
	}
	if e.state == Closed || e.state == TimeWait {
		return // what it sends answers the segment at hand
	}
	for i := range e.queue.n {
		visit(&e.queue.at(i).tag)
	}
	for i := range e.writes.n {
		if w := e.writes.at(i); e.unsent(w) {
			visit(&w.tag)
		}
	}
	if e.state == SynSent || e.state == SynReceived {
		visit(&e.handshake.tag)
	}
	if e.xmit.kind == timerProbe || e.xmit.kind == timerPersist {
		visit(&e.xmit.since)
	}
	if e.pacer.timer != Never {
		visit(&e.pacer.since)
	}
	if e.ack.pending {
		visit(&e.ack.since)
	}
}

// Computed calls visit for each Tag that the endpoint can still return in Segment.Since with a
// Segment.Computed above 0, and with the least value that it can return.
func (e *Endpoint) Computed(visit func(since Tag, least time.Duration)) {
	for i := range e.out {
		if s := &e.out[i]; s.Computed > 0 {
			visit(s.Since, s.Computed)
		}
	}
	if e.state == Closed || e.state == TimeWait {
		return
	}
	for i := range e.writes.n {
		w := e.writes.at(i)
		if _, most := w.last(); most > 0 && e.unsent(w) {
			visit(w.tag, w.supplied(e.sndNxt+1))
		}
	}
}

// unsent reports whether data of a run of writes is not yet sent.
func (e *Endpoint) unsent(w *writeRun) bool {
	end, _ := w.last()
	return end > e.sndNxt
}
