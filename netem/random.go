package netem

import "math/bits"

// A purpose names what a random draw is for. Each has its own stream.
type purpose uint64

const (
	purposeLoss purpose = iota + 1
	purposeJitter
	purposeQdisc
)

// golden is 2⁶⁴ divided by the golden ratio, the increment of SplitMix64.
const golden = 0x9e3779b97f4a7c15

// A stream is a sequence of draws that can be read in any order: draw i belongs to packet i, whether
// or not other packets drew, so that what one stage of the link does never shifts another's draws.
type stream struct{ key uint64 }

// newStream is the stream of one link (by its seed) for one purpose.
func newStream(seed uint64, p purpose) stream {
	return stream{key: mix(mix(seed) + uint64(p)*golden)}
}

// draw is the i-th draw, 64 even bits: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) counted by i.
func (s stream) draw(i uint64) uint64 { return mix(s.key + i*golden) }

// mix is SplitMix64's finaliser, a bijection in which every input bit moves every output bit.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below maps a draw to 0 … n−1, evenly but for n/2⁶⁴.
func below(draw, n uint64) uint64 {
	hi, _ := bits.Mul64(draw, n)
	return hi
}

// A threshold is a probability in units of 2⁻³²: an event of probability p happens to a draw of 32
// bits that is below it. The kernel's netem has the same resolution.
type threshold uint64

// newThreshold scales by a power of two, which is exact, so every machine gets the same threshold.
func newThreshold(p float64) threshold { return threshold(p * (1 << 32)) }

func (t threshold) happens(draw uint32) bool { return uint64(draw) < uint64(t) }
