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
	if k := len(p.unused); k > 0 {
		id := p.unused[k-1]
		p.unused = p.unused[:k-1]
		return id
	}
	p.all = append(p.all, packet{})
	return uint32(len(p.all) - 1)
}

func (p *packetPool) free(id uint32) { p.unused = append(p.unused, id) }
