package tcp

// Tags calls visit for each Tag that the endpoint can still hand back in
// Segment.Since or Segment.Armed. visit may replace the Tag. A caller that keeps a
// history of events needs the visited ones only, and may renumber them all: equal
// tags must stay equal, different ones different. Tags allocates nothing.
func (e *Endpoint) Tags(visit func(*Tag)) {
	for i := range e.out {
		s := &e.out[i]
		visit(&s.Since)
		if s.Held || s.Paced {
			visit(&s.Armed)
		}
	}
	if e.state == Closed || e.state == TimeWait {
		return // answers alone are sent, at once
	}
	for i := range e.queue.n {
		visit(&e.queue.at(i).tag)
	}
	for i := range e.writes.n {
		if w := e.writes.at(i); w.end > e.sndNxt {
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
