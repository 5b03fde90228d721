package results

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// SeedStream derives the seeds of replicates from their numbers:
//
//	seed = first 8 bytes, big-endian, of SHA-256(stream ‖ replicate as 8 bytes, big-endian)
//
// In JSON a stream is 64 hexadecimal digits.
type SeedStream [sha256.Size]byte

// Seed returns the seed of a replicate. It does not allocate.
func (s *SeedStream) Seed(replicate int) uint64 {
	var input [sha256.Size + 8]byte
	copy(input[:], s[:])
	binary.BigEndian.PutUint64(input[sha256.Size:], uint64(replicate))
	sum := sha256.Sum256(input[:])
	return binary.BigEndian.Uint64(sum[:])
}

// Seeds returns the seeds of a range of replicates.
func (s *SeedStream) Seeds(of Range) []uint64 {
	seeds := make([]uint64, of.Len())
	for i := range seeds {
		seeds[i] = s.Seed(of.From + i)
	}
	return seeds
}

// MarshalText writes the stream as 64 hexadecimal digits.
func (s SeedStream) MarshalText() ([]byte, error) {
	return hex.AppendEncode(nil, s[:]), nil
}

// UnmarshalText reads what MarshalText writes.
func (s *SeedStream) UnmarshalText(text []byte) error {
	raw, err := hex.DecodeString(string(text))
	if err != nil || len(raw) != len(s) {
		return fmt.Errorf("%q is not a stream of seeds: want %d hexadecimal digits", text, 2*len(s))
	}
	copy(s[:], raw)
	return nil
}
