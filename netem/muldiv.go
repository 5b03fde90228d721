package netem

import "math/bits"

// mulDiv returns a·b/c rounded down, computed with 128 bits. The quotient must fit 64 bits.
func mulDiv(a, b, c uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	q, _ := bits.Div64(hi, lo, c)
	return q
}
