package sim

import (
	"math/bits"
	"time"
)

// seedStream derives seeds from the seed of a run by SplitMix64 (Steele, Lea, Flood: Fast
// splittable pseudorandom number generators, OOPSLA 2014).
type seedStream struct{ state uint64 }

func (s *seedStream) next() uint64 {
	s.state += 0x9e3779b97f4a7c15
	z := s.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// clock draws the reading of a host's clock at the start of a run, from 0 to 1 h. It decides when
// the ticks of TCP timers fall.
func (s *seedStream) clock() time.Duration {
	hi, _ := bits.Mul64(s.next(), uint64(time.Hour))
	return time.Duration(hi)
}

// The purposes of random draws. Each has its own seedStream.
const (
	linkPurpose      = 0x6c69_6e6b_9e37_79b9
	clockPurpose     = 0x636c_6f63_6b5b_f36e
	responderPurpose = 0x0c5f_a117_0617_9e37
)

// newSeedStream returns the stream of a purpose.
func newSeedStream(seed, purpose uint64) seedStream {
	apart := seedStream{seed ^ purpose}
	return seedStream{apart.next()}
}

// draws are the random draws of a run.
type draws struct {
	links  []uint64        // by link: its seed
	clocks []time.Duration // by host: reading of its clock at the start of the run
}

// draw makes the draws from the seed of a run.
func (d *draws) draw(seed uint64) {
	links, clocks := newSeedStream(seed, linkPurpose), newSeedStream(seed, clockPurpose)
	for i := range d.links {
		d.links[i] = links.next()
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
)

func (h *eventHash) mix(kind, at, who, what int64) {
	x := uint64(*h)
	x = bits.RotateLeft64(x^uint64(at)*0x9e3779b97f4a7c15, 29) * 0xbf58476d1ce4e5b9
	x = bits.RotateLeft64(x^uint64(who)*0x94d049bb133111eb, 31) * 0xd6e8feb86659fd93
	x ^= uint64(what)*0xa0761d6478bd642f + uint64(kind)
	*h = eventHash(x ^ x>>32)
}
