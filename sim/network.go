package sim

import (
	"tlslab/netem"
	"tlslab/sim/tcp"
)

// moveOn moves the packets that are due on a link on to the next, or to their host.
func (w *World) moveOn(link int32) {
	w.due[link] = never
	w.arrived = w.links[link].Dequeue(w.now, w.arrived[:0])
	if events := w.links[link].Events(); len(events) > 0 {
		w.account(link, events) // copies first: one of them may have arrived
	}
	for k := range w.arrived {
		d := &w.arrived[k]
		c := w.connections[d.Flow]
		d.ID = c.packets.own(d.ID)
		p := &c.packets.all[d.ID]
		p.queued += d.Queued
		p.serialised += d.Serialised
		h := &w.hops[p.hop]
		if w.observer != nil {
			w.observeDelivery(link, d, h.last)
		}
		if h.last {
			p.segment.ECN = tcp.ECN(d.ECN)
			w.deliver(c, d.ID, h.end)
		} else {
			p.hop++
			w.enqueue(p.hop, d.Packet)
		}
		w.endIfDone(c)
	}
	w.await(link)
}

// enqueue offers a packet to the link of a hop.
func (w *World) enqueue(hop int32, p netem.Packet) {
	link := w.hops[hop].link
	if w.observer != nil {
		w.observePacket(PacketOffered, link, &p)
	}
	w.links[link].Enqueue(w.now, p)
	if events := w.links[link].Events(); len(events) > 0 {
		w.account(link, events)
	}
	w.await(link)
}

// account keeps count of the packets that a link has copied and dropped.
func (w *World) account(link int32, events []netem.Event) {
	for k := range events {
		e := &events[k]
		c := w.connections[e.Flow]
		switch e.Kind {
		case netem.Copied:
			c.packets.share(e.ID)
			if w.observer != nil {
				w.observePacket(PacketCopied, link, &e.Packet)
			}
		case netem.Dropped:
			w.hash.mix(hashDropped, int64(e.At), int64(link)<<32|int64(c.number), int64(e.Size))
			if w.observer != nil {
				w.observeDrop(link, e)
			}
			c.packets.free(e.ID)
			if c.packets.underWay() == 0 {
				w.bereft = append(w.bereft, c)
			}
		}
	}
}

// await schedules a link's next packet, unless that has been done.
func (w *World) await(link int32) {
	if next := w.links[link].Next(); next < w.due[link] {
		w.due[link] = next
		w.events.schedule(next, timerID(link))
	}
}

// deliver hands a segment to its endpoint.
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
	to.ep.Lend(w.segments)
	to.ep.Receive(w.now, w.tag, s)
	c.packets.free(id)
	w.advance(to)
	if h := c.history; len(h.nodes) >= h.limit {
		w.compactHistory(c)
	}
}

// transmit puts what an endpoint has to send on the wire.
func (w *World) transmit(p *process) {
	c := p.conn
	out := p.ep.Output()
	w.segments = out
	for i := range out {
		seg := &out[i] // a segment is large: it is copied once
		if w.observer != nil {
			w.observeSegment(p, seg)
		}
		id := c.packets.take()
		k := &c.packets.all[id]
		seg.CopyTo(&k.segment)
		k.left, k.queued, k.serialised = w.departure(c, seg), 0, 0
		k.hop = c.first[p.side]
		w.enqueue(k.hop, netem.Packet{Size: int32(seg.Size()), Flow: c.slot, Burst: seg.Burst, ID: id, ECN: netem.ECN(seg.ECN)})
	}
}
