// Package vector puts right what some assembly leaves behind on amd64.
//
// circl's ML-KEM and ML-DSA compute with AVX2 and return without VZEROUPPER.
// While the upper halves of the vector registers are in use, instructions of
// the older encoding wait for them, SHA-NI's among them: SHA-256 of 4 KiB then
// takes 250 µs in place of 2.5. Whoever calls such assembly calls Clear after
// it:
//
//	circl ──► vector.Clear() ──► hashing at full speed
package vector

import "bytes"

// size is the least for which Go's comparison uses AVX2, after which it clears
// the upper halves (internal/bytealg, equal_amd64.s).
const size = 64

var a, b [size]byte

// Clear ends the use of the upper halves, in some nanoseconds. Elsewhere than
// on amd64 it does nothing of use.
func Clear() {
	if !bytes.Equal(a[:], b[:]) {
		panic("vector: zeros differ")
	}
}
