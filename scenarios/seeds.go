package scenarios

import (
	"crypto/sha256"
	"fmt"

	"tlslab/results"
)

// NetworkSeeds derives the seeds of all replicates of a run.
//
// All randomness of a replicate's network comes from one seed of 64 bits, which depends on the root
// seed and the replicate's number only. Replicate i therefore meets the same random draws in every
// cell (common random numbers), and replicates with the same number are compared in pairs. A new
// factor, level or replicate changes no existing seed.
//
//	stream = SHA-256("tlslab network\n" ‖ decimal root seed ‖ "\n")
//	seed   = first 8 bytes, big-endian, of SHA-256(stream ‖ replicate as 8 bytes, big-endian)
func NetworkSeeds(root uint64) results.SeedStream {
	return sha256.Sum256(fmt.Appendf(nil, "tlslab network\n%d\n", root))
}

// EngineSeed derives the seed of the engines' randomness for one purpose: "exchange", "tickets",
// "chain". It depends on neither network nor cell, so cells with the same tls keys have the same
// certificates and signatures.
func EngineSeed(root uint64, purpose string) [32]byte {
	return sha256.Sum256(fmt.Appendf(nil, "tlslab engine\n%d\n%s\n", root, purpose))
}
