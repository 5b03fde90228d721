// Package avx clears the upper halves of the vector registers after assembly that does not.
//
// circl's ML-KEM and ML-DSA compute with AVX2 on amd64 and return without VZEROUPPER. While the
// upper halves of the registers are in use, instructions in legacy SSE encoding wait for them,
// SHA-NI's included: SHA-256 of 4 KiB then takes 250 µs instead of 2.5 µs. Each caller of that
// assembly therefore calls ZeroUpper after it:
//
//	circl ──► avx.ZeroUpper() ──► hashing at full speed
package avx

import "bytes"

// size is the least length in bytes for which Go's comparison uses AVX2 and ends with VZEROUPPER
// (internal/bytealg, equal_amd64.s).
const size = 64

var a, b [size]byte

// ZeroUpper clears the upper halves of the vector registers, in a few nanoseconds and without an
// allocation. On architectures other than amd64 it has no effect.
func ZeroUpper() {
	if !bytes.Equal(a[:], b[:]) {
		panic("avx: zeros differ")
	}
}
