package tcp

import "math/bits"

// random is the state of the endpoint's random draws: SplitMix64 (Steele, Lea, Flood: Fast
// splittable pseudorandom number generators, OOPSLA 2014).
type random struct {
	state   uint64
	started bool
}

const golden = 0x9e3779b97f4a7c15 // 2⁶⁴ divided by the golden ratio

func (r *random) next() uint64 {
	r.state += golden
	z := r.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// randomBelow draws a number from 0 to n - 1 (kernel get_random_u32_below).
func (e *Endpoint) randomBelow(n uint32) uint32 {
	r := &e.random
	if !r.started {
		// Two steps, so that endpoints with successive numbers have unrelated draws.
		*r = random{state: e.cfg.Seed, started: true}
		r.state = r.next() ^ uint64(e.number)
		r.state = r.next()
	}
	hi, _ := bits.Mul64(r.next(), uint64(n))
	return uint32(hi)
}

// SetNumber gives the endpoint a number that no other endpoint with the same Config.Seed has. Call
// it after Reset. Its random draws follow from both.
func (e *Endpoint) SetNumber(n int64) { e.number = n }
