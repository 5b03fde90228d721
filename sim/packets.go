package sim

import (
	"time"

	"tlslab/sim/tcp"
)

// packet is a segment under way, with the account of its links so far.
type packet struct {
	left       tcp.Tag // the node that it left from
	hop        int32   // that it is on
	copies     int32   // on the same link: more than 1 where that duplicates
	queued     time.Duration
	serialised time.Duration
	segment    tcp.Segment // its SACK blocks, at the end, are rarely touched
}

// packetPool holds the packets that a connection has under way.
type packetPool struct {
	all    []packet
	unused []uint32
}

func (p *packetPool) reset() {
	p.all = p.all[:0]
	p.unused = p.unused[:0]
}

// underWay is the number of packets on links, where copies on one link are one.
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

// extend adds a place, in the memory of an earlier connection where there was one.
func (p *packetPool) extend() {
	if n := len(p.all); n < cap(p.all) {
		p.all = p.all[:n+1]
		return
	}
	p.all = append(p.all, packet{})
}

// share counts one more copy of a packet.
func (p *packetPool) share(id uint32) { p.all[id].copies++ }

// own is the place of one copy of a packet alone: its account goes its own way from here.
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

// free gives back one copy's share of a place.
func (p *packetPool) free(id uint32) {
	if p.all[id].copies--; p.all[id].copies == 0 {
		p.unused = append(p.unused, id)
	}
}
