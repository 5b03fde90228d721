package netem

import "math/bits"

// A purpose is what a random draw decides. Each purpose has its own stream.
type purpose uint64

const (
	purposeLoss purpose = iota + 1
	purposeJitter
	purposeQdisc
	purposeRate
	purposeDuplicate
	purposeCorrupt
	purposeReorder
	purposeCrossTraffic
	purposeSojourn
	purposeOutage
	purposeSlot
)

// golden is 2⁶⁴ divided by the golden ratio, the increment (gamma) of SplitMix64.
const golden = 0x9e3779b97f4a7c15

// A stream is a sequence of random draws that can be read in any order. Draw i belongs to packet i,
// even if a packet before it needed no draw. So one stage of the link never shifts the draws of
// another stage.
type stream struct{ key uint64 }

// newStream returns the stream for one purpose of the link with this seed.
func newStream(seed uint64, p purpose) stream {
	return stream{key: mix(mix(seed) + uint64(p)*golden)}
}

// draw returns draw i, 64 uniform bits: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) at counter i.
func (s stream) draw(i uint64) uint64 { return mix(s.key + i*golden) }

// mix is the finaliser of SplitMix64: a bijection in which each input bit affects each output bit.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below maps a draw to 0 … n−1. The probabilities of two values differ by at most 2⁻⁶⁴.
func below(draw, n uint64) uint64 {
	hi, _ := bits.Mul64(draw, n)
	return hi
}

// A threshold is a probability in units of 2⁻³²: the event happens if 32 random bits are below it.
// The kernel's netem has the same resolution.
type threshold uint64

// newThreshold rounds p down to a multiple of 2⁻³². The product with a power of two is exact, so
// every machine gets the same threshold.
func newThreshold(p float64) threshold { return threshold(p * (1 << 32)) }

func (t threshold) happens(draw uint32) bool { return uint64(draw) < uint64(t) }
