package sim

import (
	"tlslab/netem"
	"tlslab/sim/recording"
	"tlslab/sim/tcp"
)

// Events for the observer. Whoever calls a function of this file has seen that there is one.

// event is an event about a side of a connection, in memory that the next one uses again.
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

// packetEvent is an event about a packet on a link.
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

// observeEnd tells the end of a connection.
func (w *World) observeEnd(c *connection, r *Result) {
	e := w.event(ConnectionEnded, c, client)
	e.Result = r
	w.observer(e)
}

// part is a record or a message in a stream.
type part struct {
	kind       EventKind // RecordSent or MessageSent
	name       string
	bytes, end int64
}

// observed is what the events about a process need to know of it.
type observed struct {
	annotations []annotation // of the step in hand, those to come
	actions     int          // of that step
	unsent      []part       // their last byte is not written yet
	unread      []part       // sent, and not yet read by the peer
	work        []annotation // of the work that the process does, or waits to do
	working     bool         // on the first operation of it
}

// reset makes it as new, keeping its memory.
func (o *observed) reset() {
	if o.annotations != nil || o.work != nil || len(o.unsent)+len(o.unread) > 0 {
		*o = observed{unsent: o.unsent[:0], unread: o.unread[:0]}
	}
}

// observeStep takes the names of the parts of a step that begins, or goes on.
func (w *World) observeStep(p *process) {
	p.observed.annotations, p.observed.actions = p.steps.annotations(), len(p.actions)
}

// observeAction tells what the next action consists of.
func (w *World) observeAction(p *process) {
	o, a := &p.observed, &p.actions[0]
	index := o.actions - len(p.actions)
	for len(o.annotations) > 0 && o.annotations[0].action < index {
		o.annotations = o.annotations[1:] // of actions that are left out
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
	case recording.CloseEnd:
		w.observe(WriteClosed, p.conn, p.side)
	}
	for i := range parts {
		w.observePart(p, &parts[i])
	}
	w.observeSent(p, p.written+a.bytes)
}

// observeStepEnd tells what stands after the last action of a step.
func (w *World) observeStepEnd(p *process) {
	for i := range p.observed.annotations {
		w.observePart(p, &p.observed.annotations[i])
	}
	p.observed.annotations = nil
}

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

// observeSent tells the records and messages that end in the first bytes of a side's stream.
func (w *World) observeSent(p *process, written int64) {
	o := &p.observed
	k := 0
	for ; k < len(o.unsent) && o.unsent[k].end <= written; k++ {
		w.observeParts(o.unsent[k].kind, p, &o.unsent[k])
	}
	o.unread = append(o.unread, o.unsent[:k]...)
	o.unsent = append(o.unsent[:0], o.unsent[k:]...)
}

// observeRead tells that a process has taken bytes from TCP, and what they complete.
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

// observeNext goes on with the operations of a process that is on a core.
func (w *World) observeNext(p *process) {
	if p.state == computing && p.until != never && w.observer != nil {
		w.observeWork(p)
	}
}

// observeWork tells the operations that have begun and ended by now in the work on a core,
// and wakes the process at the next one.
func (w *World) observeWork(p *process) {
	o := &p.observed
	for len(o.work) > 0 {
		a := &o.work[0]
		at := p.began + a.after
		if o.working {
			at += a.takes
		}
		if at > w.now {
			w.schedule(p.conn, clientPartTimer+int(p.side), at)
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
