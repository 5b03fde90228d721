package secrets

import (
	"fmt"

	"tlslab/engine/op"
)

// Sizes of the classic protocols in bytes (RFC 5246 §7.4.9, §8.1).
const (
	MasterSize   = 48
	FinishedSize = 12
)

// A Side is an end of the connection.
type Side uint8

// The two ends.
const (
	ClientSide Side = iota
	ServerSide
)

// Classic holds a master secret of SSL 3.0 to TLS 1.2 and what the PRF makes of it
// (RFC 5246 §5, §6.3, §8.1, RFC 2246 and RFC 6101 likewise). It is in force from MasterSecret,
// ExtendedMasterSecret or Resume on.
type Classic struct {
	prf    prf
	count  op.Counter
	master [MasterSize]byte
}

// NewClassic returns a Classic whose PRF goes with h: MD5SHA1 before TLS 1.2.
func NewClassic(h *Hash, count op.Counter) *Classic {
	return &Classic{prf: newPRF(h, count), count: count}
}

// MasterSecret derives the master secret from a premaster secret and both
// hellos' randoms (RFC 5246 §8.1).
func (c *Classic) MasterSecret(premaster, clientRandom, serverRandom []byte) {
	c.prf.expand(c.master[:], premaster, "master secret", clientRandom, serverRandom)
}

// ExtendedMasterSecret derives it from the hash of all messages up to and
// including the ClientKeyExchange (RFC 7627 §4).
func (c *Classic) ExtendedMasterSecret(premaster, sessionHash []byte) {
	c.prf.expand(c.master[:], premaster, "extended master secret", sessionHash, nil)
}

// Resume installs the master secret of an earlier connection: MasterSize bytes.
func (c *Classic) Resume(master []byte) { copy(c.master[:], master) }

// Master returns the master secret: MasterSize bytes that belong to c.
func (c *Classic) Master() []byte { return c.master[:] }

// KeyBlock fills dst with the key block (RFC 5246 §6.3), whose order of
// partition package record knows.
func (c *Classic) KeyBlock(dst, clientRandom, serverRandom []byte) {
	c.prf.expand(dst, c.master[:], "key expansion", serverRandom, clientRandom)
}

var finishedLabels = [...]string{ClientSide: "client finished", ServerSide: "server finished"}

// Finished fills dst, FinishedSize bytes long, with a side's verify_data over the
// transcript's hash (RFC 5246 §7.4.9).
func (c *Classic) Finished(dst []byte, side Side, transcript []byte) {
	c.prf.expand(dst, c.master[:], finishedLabels[side], transcript, nil)
}

// Export fills dst with keying material for an application (RFC 5705 §4). A nil
// context and an empty one give different results; one of more than 65535 bytes is
// an error.
func (c *Classic) Export(dst []byte, label string, clientRandom, serverRandom, context []byte) error {
	if len(context) > 1<<16-1 {
		return fmt.Errorf("export under a context of %d bytes: at most 65535", len(context))
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
