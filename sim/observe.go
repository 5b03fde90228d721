package sim

import (
	"tlslab/netem"
	"tlslab/sim/recording"
	"tlslab/sim/tcp"
)

// The functions of this file make the events for the observer. Their callers check that there is
// one.

// event returns an event of a side of a connection. The next event overwrites it.
func (w *World) event(kind EventKind, c *connection, of side) *Event {
	w.lastEvent = Event{
		Kind: kind, At: w.now, Connection: c.number, FromClient: of == client,
		Host: int(c.procs[of].host), Peer: int(c.procs[1-of].host), Path: int(c.path),
	}
	return &w.lastEvent
}

func (w *World) observe(kind EventKind, c *connection, of side) { w.observer(w.event(kind, c, of)) }

func (w *World) observeSegment(p *process, s *tcp.Segment) {
	e := w.event(SegmentSent, p.conn, p.side)
	e.Segment = s
	w.observer(e)
}

// packetEvent returns an event of a packet on a link.
func (w *World) packetEvent(kind EventKind, l *link, p *netem.Packet) *Event {
	c := w.connections[p.Flow]
	k := &c.packets.all[p.ID]
	k.segment.ECN = tcp.ECN(p.ECN)
	e := w.event(kind, c, 1-w.hops[k.hop].end)
	e.Link, e.Segment = int(l.number), &k.segment
	return e
}

func (w *World) observePacket(kind EventKind, l *link, p *netem.Packet) {
	w.observer(w.packetEvent(kind, l, p))
}

func (w *World) observeDelivery(l *link, d *netem.Delivery, last bool) {
	e := w.packetEvent(PacketDelivered, l, &d.Packet)
	e.Offered, e.Queued, e.Serialised, e.Last = d.Sent, d.Queued, d.Serialised, last
	w.observer(e)
}

func (w *World) observeDrop(l *link, d *netem.Event) {
	e := w.packetEvent(PacketDropped, l, &d.Packet)
	e.Reason, e.Place = d.Reason, d.Place
	w.observer(e)
}

// observeEnd reports the end of a connection.
func (w *World) observeEnd(c *connection, r *Result) {
	e := w.event(ConnectionEnded, c, client)
	e.Result = r
	w.observer(e)
}

// part is a record or a message in the stream of one side.
type part struct {
	kind       EventKind // RecordSent or MessageSent
	name       string
	bytes, end int64
}

// observed is the state of a process that its events need.
type observed struct {
	annotations []annotation // remaining annotations of the step in hand
	actions     int          // number of actions that the step returned last
	unsent      []part       // parts whose last byte is not written
	unread      []part       // sent parts that the peer has not read
	work        []annotation // remaining annotations of the work in hand
	working     bool         // the first operation of work has begun
}

// reset prepares the state for another connection and keeps its memory.
func (o *observed) reset() {
	if o.annotations != nil || o.work != nil || len(o.unsent)+len(o.unread) > 0 {
		*o = observed{unsent: o.unsent[:0], unread: o.unread[:0]}
	}
}

// observeStep takes the annotations of the actions that a step has just returned.
func (w *World) observeStep(p *process) {
	p.observed.annotations, p.observed.actions = p.steps.annotations(), len(p.actions)
}

// observeAction reports the parts of the next action. observeWork reports the operations of work.
func (w *World) observeAction(p *process) {
	o, a := &p.observed, &p.actions[0]
	index := o.actions - len(p.actions)
	for len(o.annotations) > 0 && o.annotations[0].action < index {
		o.annotations = o.annotations[1:] // of skipped actions
	}
	k := 0
	for k < len(o.annotations) && o.annotations[k].action == index {
		k++
	}
	parts := o.annotations[:k]
	o.annotations = o.annotations[k:]
	switch a.kind {
	case recording.Work:
		o.work, o.working = parts, false
		return
	case recording.Write:
		w.observeBytes(Written, p, a.bytes, p.written+a.bytes)
	case recording.CloseWrite:
		w.observe(WriteClosed, p.conn, p.side)
	}
	for i := range parts {
		w.observePart(p, &parts[i])
	}
	w.observeSent(p, p.written+a.bytes)
}

// observeStepEnd reports what stands after the last action of a step.
func (w *World) observeStepEnd(p *process) {
	for i := range p.observed.annotations {
		w.observePart(p, &p.observed.annotations[i])
	}
	p.observed.annotations = nil
}

// observePart reports a change of keys or a secret. It puts a record or a message behind the unsent
// ones.
func (w *World) observePart(p *process, a *annotation) {
	e := w.event(KeyChanged, p.conn, p.side)
	e.Name = a.name
	switch a.kind {
	case recordPart, messagePart:
		kind := RecordSent
		if a.kind == messagePart {
			kind = MessageSent
		}
		p.observed.unsent = append(p.observed.unsent, part{kind, a.name, a.bytes, p.written + a.end})
		return
	case secretPart:
		e.Kind, e.ClientRandom, e.Secret = SecretDerived, a.clientRandom, a.secret
	case keyChange:
		e.Sent = a.sent
	}
	w.observer(e)
}

// observeSent reports the records and messages that end within the first bytes of a side's stream.
func (w *World) observeSent(p *process, written int64) {
	o := &p.observed
	k := 0
	for ; k < len(o.unsent) && o.unsent[k].end <= written; k++ {
		w.observeParts(o.unsent[k].kind, p, &o.unsent[k])
	}
	o.unread = append(o.unread, o.unsent[:k]...)
	o.unsent = append(o.unsent[:0], o.unsent[k:]...)
}

// observeRead reports that a process has read bytes, and the records and messages that they
// complete.
func (w *World) observeRead(p *process, n int64) {
	w.observeBytes(Read, p, n, p.read)
	o := &p.conn.procs[1-p.side].observed
	k := 0
	for ; k < len(o.unread) && o.unread[k].end <= p.read; k++ {
		kind := RecordReceived
		if o.unread[k].kind == MessageSent {
			kind = MessageReceived
		}
		w.observeParts(kind, p, &o.unread[k])
	}
	o.unread = append(o.unread[:0], o.unread[k:]...)
}

func (w *World) observeParts(kind EventKind, p *process, r *part) {
	e := w.event(kind, p.conn, p.side)
	e.Name, e.Bytes, e.Offset = r.name, r.bytes, r.end
	w.observer(e)
}

func (w *World) observeBytes(kind EventKind, p *process, n, offset int64) {
	e := w.event(kind, p.conn, p.side)
	e.Bytes, e.Offset = n, offset
	w.observer(e)
}

// observeNextOperation handles the event of an operation timer.
func (w *World) observeNextOperation(p *process) {
	if p.state == computing && p.until != never && w.observer != nil {
		w.observeWork(p)
	}
}

// observeWork reports the operations that have begun or ended by now in the work in hand, and
// schedules the next one.
func (w *World) observeWork(p *process) {
	o := &p.observed
	for len(o.work) > 0 {
		a := &o.work[0]
		at := p.began + a.after
		if o.working {
			at += a.takes
		}
		if at > w.now {
			w.schedule(p.conn, clientOperationTimer+int(p.side), at)
			return
		}
		switch {
		case a.kind != operationPart:
			w.observePart(p, a)
			o.work = o.work[1:]
		case o.working:
			w.observeOperation(OperationEnded, p, a)
			o.work, o.working = o.work[1:], false
		default:
			w.observeOperation(OperationBegan, p, a)
			o.working = true
		}
	}
}

func (w *World) observeOperation(kind EventKind, p *process, a *annotation) {
	e := w.event(kind, p.conn, p.side)
	e.Op, e.Takes = a.op, a.takes
	w.observer(e)
}
