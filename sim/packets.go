package sim

import (
	"time"

	"tlslab/sim/tcp"
)

// packet is a segment on the network, with its times on the links so far.
type packet struct {
	left       tcp.Tag       // node of its departure
	hop        int32         // index in World.hops of the link that it is on
	copies     int32         // on that link; more than 1 if the link has duplicated it
	queued     time.Duration // in queues so far
	serialised time.Duration // at the rates of links so far
	segment    tcp.Segment   // its SACK blocks, at the end, are rarely touched
}

// packetPool holds the packets of a connection that are on the network.
type packetPool struct {
	all    []packet
	unused []uint32
}

func (p *packetPool) reset() {
	p.all = p.all[:0]
	p.unused = p.unused[:0]
}

// underWay returns the number of packets on the network. Copies on the same link count as one.
func (p *packetPool) underWay() int { return len(p.all) - len(p.unused) }

func (p *packetPool) take() uint32 {
	var id uint32
	if k := len(p.unused); k > 0 {
		id = p.unused[k-1]
		p.unused = p.unused[:k-1]
	} else {
		id = uint32(len(p.all))
		p.extend()
	}
	p.all[id].copies = 1
	return id
}

// extend adds a place. It uses the memory of an earlier connection first.
func (p *packetPool) extend() {
	if n := len(p.all); n < cap(p.all) {
		p.all = p.all[:n+1]
		return
	}
	p.all = append(p.all, packet{})
}

// share counts one more copy of a packet on its link.
func (p *packetPool) share(id uint32) { p.all[id].copies++ }

// own returns a place for one copy of a packet that leaves its link: copies have their own times
// from then on.
func (p *packetPool) own(id uint32) uint32 {
	if p.all[id].copies == 1 {
		return id
	}
	return p.split(id)
}

func (p *packetPool) split(id uint32) uint32 {
	p.all[id].copies--
	own := p.take()
	p.all[own] = p.all[id]
	p.all[own].copies = 1
	return own
}

// free releases one copy of a packet. The place is free after the last one.
func (p *packetPool) free(id uint32) {
	if p.all[id].copies--; p.all[id].copies == 0 {
		p.unused = append(p.unused, id)
	}
}
