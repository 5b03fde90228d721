package sim

import (
	"time"

	"tlslab/netem"
	"tlslab/sim/tcp"
)

// link is a link of the world.
type link struct {
	*netem.Link
	due    time.Duration // instant of its event in the queue, or never
	number int32         // index in Topology.Links
}

// hop is a link of a path, in one direction.
type hop struct {
	link *link
	end  side  // where the path ends
	last bool  // the path ends behind this link
	mss  int32 // least netem.Config.MSS from here to the end of the path, bytes; 0: none
}

// dequeue handles the event of a link: packets that arrive go on to the next link or to their host.
func (w *World) dequeue(l *link) {
	l.due = never
	w.arrived = l.Dequeue(w.now, w.arrived[:0])
	if events := l.Events(); len(events) > 0 {
		w.handleLinkEvents(l, events) // before deliveries: a copy may be among them
	}
	for k := range w.arrived {
		d := &w.arrived[k]
		c := w.connections[d.Flow]
		id := c.packets.own(d.ID)
		p := &c.packets.all[id]
		p.queued += d.Queued
		p.serialised += d.Serialised
		h := &w.hops[p.hop]
		if w.observer != nil {
			d.ID = id
			w.observeDelivery(l, d, h.last)
		}
		if h.last {
			p.segment.ECN = tcp.ECN(d.ECN)
			w.deliver(c, id, h.end)
		} else {
			p.hop++
			d.ID = id
			w.enqueue(w.hops[p.hop].link, d.Packet)
		}
		w.endIfDone(c)
	}
	w.scheduleLink(l)
}

// enqueue offers a packet to a link.
func (w *World) enqueue(l *link, p netem.Packet) {
	if w.observer != nil {
		offered := p // p itself stays in registers
		w.observePacket(PacketOffered, l, &offered)
	}
	l.Enqueue(w.now, p)
	if events := l.Events(); len(events) > 0 {
		w.handleLinkEvents(l, events)
	}
	w.scheduleLink(l)
}

// handleLinkEvents handles the packets that a link has copied and dropped.
func (w *World) handleLinkEvents(l *link, events []netem.Event) {
	for k := range events {
		e := &events[k]
		c := w.connections[e.Flow]
		switch e.Kind {
		case netem.Copied:
			c.packets.share(e.ID)
			if w.observer != nil {
				w.observePacket(PacketCopied, l, &e.Packet)
			}
		case netem.Dropped:
			w.hash.mix(hashDropped, int64(e.At), int64(l.number)<<32|int64(c.number), int64(e.Size))
			if w.observer != nil {
				w.observeDrop(l, e)
			}
			c.packets.free(e.ID)
			if c.packets.underWay() == 0 {
				w.dropped = append(w.dropped, c)
			}
		}
	}
}

// scheduleLink schedules the next event of a link.
func (w *World) scheduleLink(l *link) {
	if next := l.Next(); next < l.due {
		w.scheduleLinkAt(l, next)
	}
}

func (w *World) scheduleLinkAt(l *link, at time.Duration) {
	l.due = at
	w.events.schedule(&w.events.links, at, timerID(l.number))
}

// deliver hands a segment to the TCP endpoint of its destination.
func (w *World) deliver(c *connection, id uint32, at side) {
	if c.phase != started {
		c.packets.free(id)
		return
	}
	p := &c.packets.all[id]
	s := &p.segment
	w.hash.mix(hashDelivered, int64(w.now), int64(2*c.number+int(at))<<32|int64(s.Len), s.Seq^s.Ack<<20^int64(s.Flags)<<56)
	n := w.node(c, arrivalNode, p.left)
	n.queued, n.detail = p.queued, int64(p.serialised)
	if at == server {
		n.flags = atServer
	}
	to := &c.procs[at]
	if to.kernel != nil && w.interrupt(to, id) {
		return
	}
	w.receive(to, id)
}

// receive hands a segment to a TCP endpoint.
func (w *World) receive(to *process, id uint32) {
	c := to.conn
	w.lock(to)
	to.ep.Receive(w.now, w.tag, &c.packets.all[id].segment)
	c.packets.free(id)
	w.advance(to)
	if h := c.history; len(h.nodes) >= h.limit {
		w.compactHistory(c)
	}
}

// transmit sends the output of a TCP endpoint.
func (w *World) transmit(p *process) {
	c := p.conn
	out := p.ep.Output()
	if len(out) == 0 {
		return
	}
	if cap(out) > cap(w.segments) {
		w.segments = out
	}
	p.ep.Lend(w.segments) // it emits nothing before out is sent
	hop := c.first[p.side]
	first, mss := w.hops[hop].link, w.hops[hop].mss
	extra := p.ep.HeaderExtra()
	burst := out[0].Burst
	w.bursts++
	for i := range out {
		seg := &out[i]
		if w.observer != nil {
			w.observeSegment(p, seg)
		}
		if seg.Burst != burst {
			burst = seg.Burst
			w.bursts++
		}
		id := c.packets.take()
		k := &c.packets.all[id]
		seg.CopyTo(&k.segment)
		if mss != 0 && seg.Options&tcp.OptMSS != 0 {
			k.segment.MSS = min(seg.MSS, mss)
		}
		k.left, k.queued, k.serialised = w.departure(c, seg), 0, 0
		k.hop = hop
		packet := netem.Packet{Size: int32(seg.Size()) + extra, Flow: c.slot, Burst: w.bursts, ID: id, ECN: netem.ECN(seg.ECN)}
		if p.kernel != nil && w.send(p, out, i, packet) {
			continue
		}
		w.enqueue(first, packet)
	}
}
