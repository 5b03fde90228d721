package scenarios

import (
	"crypto/sha256"
	"fmt"

	"tlslab/results"
)

// A Network derives the seeds of one cell's replicates.
//
// All randomness of a replicate's network comes from one seed of 64 bits. The seed depends on the
// root seed, the cell's link and the replicate's number only. Cells with the same link therefore
// meet the same losses and delays in the same replicate (common random numbers), and their
// replicates are compared in pairs. A new factor, level or replicate changes no existing seed.
//
//	stream = SHA-256("tlslab link\n" ‖ decimal root seed ‖ "\n" ‖ link)
//	link   = for each hop, upwards in order and then downwards in order, a line:
//	         "up " or "down " ‖ the hop as netem.Config.String writes it, in tc's words ‖ "\n"
//	seed   = first 8 bytes, big-endian, of SHA-256(stream ‖ replicate as 8 bytes, big-endian)
type Network struct{ results.SeedStream }

// NewNetwork prepares the seeds of a link under a root seed.
func NewNetwork(root uint64, link *Link) Network {
	h := sha256.New()
	fmt.Fprintf(h, "tlslab link\n%d\n", root)
	for _, hop := range link.Up {
		fmt.Fprintf(h, "up %s\n", hop)
	}
	for _, hop := range link.Down {
		fmt.Fprintf(h, "down %s\n", hop)
	}
	var n Network
	h.Sum(n.SeedStream[:0])
	return n
}

// EngineSeed derives the seed of the engines' randomness for one purpose: "exchange", "tickets",
// "chain". It depends on neither network nor cell, so cells with the same tls keys have the same
// certificates and signatures.
func EngineSeed(root uint64, purpose string) [32]byte {
	return sha256.Sum256(fmt.Appendf(nil, "tlslab engine\n%d\n%s\n", root, purpose))
}
