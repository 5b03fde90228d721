package sim

import (
	"math/bits"
	"time"
)

// seedStream derives seeds from the seed of a run by SplitMix64 (Steele, Lea, Flood: Fast
// splittable pseudorandom number generators, OOPSLA 2014).
type seedStream struct{ state uint64 }

// golden is 2⁶⁴ divided by the golden ratio, the increment (gamma) of SplitMix64.
const golden = 0x9e3779b97f4a7c15

func (s *seedStream) next() uint64 {
	s.state += golden
	z := s.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// at returns element i of the stream, from 0, without moving the stream.
func (s seedStream) at(i int) uint64 {
	s.state += uint64(i) * golden
	return s.next()
}

// clock draws the reading of a host's clock at the start of a run, from 0 to 1 h. It decides when
// the ticks of TCP timers fall.
func (s *seedStream) clock() time.Duration {
	hi, _ := bits.Mul64(s.next(), uint64(time.Hour))
	return time.Duration(hi)
}

// The purposes of random draws. Each has its own seedStream.
const (
	linkPurpose  = 0x6c69_6e6b_9e37_79b9
	clockPurpose = 0x636c_6f63_6b5b_f36e

	backgroundPurpose = 0x6261_636b_67a1_3d05
	tcpPurpose        = 0x7463_7020_6363_2e31
)

// newSeedStream returns the stream of a purpose.
func newSeedStream(seed, purpose uint64) seedStream {
	apart := seedStream{seed ^ purpose}
	return seedStream{apart.next()}
}

// linkPlace is where a link is in a topology, in the first path that has it. It decides the link's
// seed, so the number of other links, hops and paths does not.
type linkPlace struct {
	direction int // of the topology: twice the path's index, plus 1 for links towards the client
	position  int // in the direction, counted from the client
}

// linkPlaces returns the place of each link. Links that no path has carry no packet; all of them
// have the same place.
func (t *Topology) linkPlaces() []linkPlace {
	places := make([]linkPlace, len(t.Links))
	for p := len(t.Paths) - 1; p >= 0; p-- {
		up, down := t.Paths[p].Up, t.Paths[p].Down
		for k, l := range down {
			places[l] = linkPlace{2*p + 1, len(down) - 1 - k}
		}
		for k, l := range up {
			places[l] = linkPlace{2 * p, k}
		}
	}
	return places
}

// draws are the random draws of a run.
type draws struct {
	places []linkPlace     // by link
	links  []uint64        // by link: its seed
	clocks []time.Duration // by host: reading of its clock at the start of the run
	tcp    uint64          // seed of the TCP endpoints
}

// draw makes the draws from the seed of a run. The draw of a link follows from its place, that of a
// clock from the host's index, those of an endpoint from its number.
func (d *draws) draw(seed uint64) {
	links, clocks := newSeedStream(seed, linkPurpose), newSeedStream(seed, clockPurpose)
	d.tcp = newSeedStream(seed, tcpPurpose).state
	for i, p := range d.places {
		direction := seedStream{links.at(p.direction)}
		d.links[i] = direction.at(p.position)
	}
	for i := range d.clocks {
		d.clocks[i] = clocks.clock()
	}
}

// eventHash is a hash of all events of a run. Equal runs have equal hashes.
type eventHash uint64

func newEventHash() eventHash { return 0x243f6a8885a308d3 }

// The kinds of events in a hash.
const (
	hashDelivered int64 = iota + 1
	hashDropped
	hashTimer
	hashComputed
	hashResumed
	hashFetchTimedOut
	hashKernel
)

func (h *eventHash) mix(kind, at, who, what int64) {
	x := uint64(*h)
	x = bits.RotateLeft64(x^uint64(at)*0x9e3779b97f4a7c15, 29) * 0xbf58476d1ce4e5b9
	x = bits.RotateLeft64(x^uint64(who)*0x94d049bb133111eb, 31) * 0xd6e8feb86659fd93
	x ^= uint64(what)*0xa0761d6478bd642f + uint64(kind)
	*h = eventHash(x ^ x>>32)
}
