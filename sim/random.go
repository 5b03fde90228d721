package sim

import (
	"math/bits"
	"time"
)

// seedStream derives the seeds of a run's parts from the seed of the run, by
// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
// generators, OOPSLA 2014).
type seedStream struct{ state uint64 }

func (s *seedStream) next() uint64 {
	s.state += 0x9e3779b97f4a7c15
	z := s.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// clock draws what a host's clock reads when the run begins, which decides how
// its timer ticks lie: anything below an hour, longer than the coarsest tick
// that a connection meets.
func (s *seedStream) clock() time.Duration {
	hi, _ := bits.Mul64(s.next(), uint64(time.Hour))
	return time.Duration(hi)
}

// Each purpose draws from a stream of its own.
const (
	linkPurpose      = 0x6c69_6e6b_9e37_79b9
	clockPurpose     = 0x636c_6f63_6b5b_f36e
	responderPurpose = 0x0c5f_a117_0617_9e37
)

// newSeedStream is the stream of a purpose.
func newSeedStream(seed, purpose uint64) seedStream {
	apart := seedStream{seed ^ purpose}
	return seedStream{apart.next()}
}

// draws are what a run's seed decides of a topology.
type draws struct {
	links  []uint64        // by link: its seed
	clocks []time.Duration // by host: what its clock reads at the start
}

// draw makes the draws of a run.
func (d *draws) draw(seed uint64) {
	links, clocks := newSeedStream(seed, linkPurpose), newSeedStream(seed, clockPurpose)
	for i := range d.links {
		d.links[i] = links.next()
	}
	for i := range d.clocks {
		d.clocks[i] = clocks.clock()
	}
}

// eventHash condenses all events of a run, so that two runs can be compared
// without keeping them.
type eventHash uint64

func newEventHash() eventHash { return 0x243f6a8885a308d3 }

// What kind of event a hash is told of.
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
