package netem

import "time"

// crossFlow is set in Packet.Flow of cross traffic.
const crossFlow = 1 << 31

// A crossSource makes the packets of cross traffic, one after another. Draw i of each of its
// streams belongs to packet i.
type crossSource struct {
	arrivals Arrivals
	flows    uint64
	sizes    []int32 // each packet has one of them at random
	warmUp   time.Duration

	// gap is the mean time between two packets in units of 2⁻¹⁶ ns; with OnOff: in an on time.
	gap     uint64
	on, off uint64 // mean on and off times in ns
	onLeft  uint64 // rest of the on time, in units of 2⁻¹⁶ ns
	periods uint64 // off times so far

	random   stream
	n        uint64        // packets so far, with the next one
	at       time.Duration // when the next packet comes
	fraction uint64        // of a ns, in units of 2⁻¹⁶
	packet   Packet        // the next packet

	offered, dropped uint64
}

// imixSizes has each size of IMIX as often as the mix.
var imixSizes = []int32{40, 40, 40, 40, 40, 40, 40, 576, 576, 576, 576, 1500}

// newCrossSource returns nil for a link without cross traffic.
func newCrossSource(c *Config) *crossSource {
	x := &c.CrossTraffic
	if x.Arrivals == NoCrossTraffic {
		return nil
	}
	s := &crossSource{
		arrivals: x.Arrivals, flows: uint64(max(x.Flows, 1)), warmUp: x.warmUp(),
		on: uint64(x.On), off: uint64(x.Off), sizes: []int32{1500},
	}
	switch {
	case x.Sizes == IMIX:
		s.sizes = imixSizes
	case x.Size != 0:
		s.sizes[0] = int32(x.Size)
	}
	bits := uint64(0)
	for _, size := range s.sizes {
		bits += uint64(size) * 8
	}
	rate := uint64(x.meanRate(c.Rate)) * uint64(len(s.sizes))
	s.gap = mulDiv(bits, uint64(time.Second)<<16, rate)
	if s.arrivals == OnOff {
		s.gap = mulDiv(s.gap, s.on, s.on+s.off)
	}
	return s
}

func (s *crossSource) reset(seed uint64) {
	s.random = newStream(seed, purposeCrossTraffic)
	s.n, s.at, s.fraction, s.onLeft, s.periods = 0, -s.warmUp, 0, 0, 0
	s.offered, s.dropped = 0, 0
	if s.arrivals == OnOff {
		s.onLeft = s.exponential(s.on<<16, s.draw(crossOnTime, 0))
	}
	s.advance()
	if s.arrivals == Constant { // the phase is random
		s.at, s.fraction = -s.warmUp, 0
		s.wait(below(s.draw(crossArrival, 0), s.gap))
	}
}

// The purposes of draws: the first three of a packet, the others of an off time.
const (
	crossArrival = iota
	crossSize
	crossOwner
	crossOffTime
	crossOnTime
	numCrossDraws
)

func (s *crossSource) draw(purpose, i uint64) uint64 { return s.random.draw(i*numCrossDraws + purpose) }

// exponential is an exponential time of the given mean.
func (s *crossSource) exponential(mean, draw uint64) uint64 {
	return mulDiv(mean, exponential(draw), 1<<32)
}

// wait moves at by a time in units of 2⁻¹⁶ ns.
func (s *crossSource) wait(t uint64) {
	t += s.fraction
	s.at += time.Duration(t >> 16)
	s.fraction = t & (1<<16 - 1)
}

// advance makes the packet after the present one.
func (s *crossSource) advance() {
	s.n++
	size := s.sizes[0]
	if len(s.sizes) > 1 {
		size = s.sizes[below(s.draw(crossSize, s.n), uint64(len(s.sizes)))]
	}
	flow := uint32(0)
	if s.flows > 1 {
		flow = uint32(below(s.draw(crossOwner, s.n), s.flows))
	}
	s.packet = Packet{Size: size, Flow: crossFlow | flow}
	switch s.arrivals {
	case Poisson:
		s.wait(s.exponential(s.gap, s.draw(crossArrival, s.n)))
	case Constant:
		s.wait(s.gap)
	case OnOff:
		left := s.gap
		for left > s.onLeft {
			left -= s.onLeft
			s.periods++
			s.wait(s.onLeft + s.exponential(s.off<<16, s.draw(crossOffTime, s.periods)))
			s.onLeft = s.exponential(s.on<<16, s.draw(crossOnTime, s.periods))
		}
		s.onLeft -= left
		s.wait(left)
	}
}
