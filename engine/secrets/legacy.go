package secrets

import (
	"fmt"

	"tlslab/engine/op"
)

// Sizes of SSL 3.0 to TLS 1.2 in bytes (RFC 5246 §7.4.9, §8.1). SSL 3.0's Finished has
// SSL30FinishedSize.
const (
	MasterSize   = 48
	FinishedSize = 12
)

// A Side is the client or the server.
type Side uint8

// The sides.
const (
	ClientSide Side = iota
	ServerSide
)

// A Legacy holds the master secret of a connection with SSL 3.0 to TLS 1.2, and derives from it
// with the version's PRF (RFC 6101 §6, RFC 2246 §6.3, §8, RFC 5246 §6.3, §8). MasterSecret,
// ExtendedMasterSecret or Resume must be called first.
type Legacy struct {
	prf    prf
	count  op.Counter
	master [MasterSize]byte
}

// NewLegacy returns a Legacy for TLS 1.2 with the PRF of h, SHA256 or SHA384, or for TLS 1.0 and
// 1.1 with h MD5SHA1. NewLegacySSL30 is for SSL 3.0.
func NewLegacy(h *Hash, count op.Counter) *Legacy {
	return &Legacy{prf: newPRF(h, count), count: count}
}

// MasterSecret derives the master secret from a premaster secret and the randoms of ClientHello and
// ServerHello (RFC 5246 §8.1).
func (c *Legacy) MasterSecret(premaster, clientRandom, serverRandom []byte) {
	c.prf.expand(c.master[:], premaster, "master secret", clientRandom, serverRandom)
}

// ExtendedMasterSecret derives the master secret from a premaster secret and the hash of all
// messages up to and including ClientKeyExchange (RFC 7627 §4).
func (c *Legacy) ExtendedMasterSecret(premaster, sessionHash []byte) {
	c.prf.expand(c.master[:], premaster, "extended master secret", sessionHash, nil)
}

// Resume sets the master secret of the session to resume: MasterSize bytes.
func (c *Legacy) Resume(master []byte) { copy(c.master[:], master) }

// Master returns the master secret: MasterSize bytes, which the caller must not change.
func (c *Legacy) Master() []byte { return c.master[:] }

// KeyBlock fills dst with the key block (RFC 5246 §6.3), which package record partitions.
func (c *Legacy) KeyBlock(dst, clientRandom, serverRandom []byte) {
	c.prf.expand(dst, c.master[:], "key expansion", serverRandom, clientRandom)
}

var finishedLabels = [...]string{ClientSide: "client finished", ServerSide: "server finished"}

// Finished fills dst, of FinishedSize bytes, with the verify_data of a side's Finished, from the
// transcript's hash (RFC 5246 §7.4.9).
func (c *Legacy) Finished(dst []byte, side Side, transcript []byte) {
	c.prf.expand(dst, c.master[:], finishedLabels[side], transcript, nil)
}

// Export fills dst with exported keying material (RFC 5705 §4). A nil context (none) and an empty
// context give different results. It returns an error if context has more than 65535 bytes.
func (c *Legacy) Export(dst []byte, label string, clientRandom, serverRandom, context []byte) error {
	if len(context) > 1<<16-1 {
		return fmt.Errorf("export with a context of %d bytes: want at most 65535", len(context))
	}
	seed := make([]byte, 0, len(serverRandom)+2+len(context))
	seed = append(seed, serverRandom...)
	if context != nil {
		seed = append(seed, byte(len(context)>>8), byte(len(context)))
		seed = append(seed, context...)
	}
	c.prf.expand(dst, c.master[:], label, clientRandom, seed)
	return nil
}
