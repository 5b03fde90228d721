package sim

import (
	"time"

	"tlslab/sim/tcp"
)

// packet is a segment under way, with the account of its links so far.
type packet struct {
	segment    tcp.Segment
	flow       int32
	left       int32 // the node that it left from
	queued     time.Duration
	serialised time.Duration
	copies     int32 // on the same link: more than 1 where that duplicates
}

// packetPool hands out places for packets and takes them back.
type packetPool struct {
	all    []packet
	unused []uint32
}

func (p *packetPool) reset() {
	p.all = p.all[:0]
	p.unused = p.unused[:0]
}

func (p *packetPool) take() uint32 {
	var id uint32
	if k := len(p.unused); k > 0 {
		id = p.unused[k-1]
		p.unused = p.unused[:k-1]
	} else {
		id = uint32(len(p.all))
		p.all = append(p.all, packet{})
	}
	p.all[id].copies = 1
	return id
}

// share counts one more copy of a packet.
func (p *packetPool) share(id uint32) { p.all[id].copies++ }

// own is the place of one copy of a packet alone: its account goes its own way from here.
func (p *packetPool) own(id uint32) uint32 {
	if p.all[id].copies == 1 {
		return id
	}
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
