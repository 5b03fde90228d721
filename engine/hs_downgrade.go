package engine

import (
	"fmt"

	"tlslab/engine/wire"
)

// Protection against an attacker who talks both sides down to a version older
// than the best they share: the mark that a server leaves in its random, and the
// mark of a client that has already come down by itself.

// sentinels end the random of a server that settles for less than it could speak:
// for a version that is at most max, if the server knows one that is at least
// knows (RFC 9846 §4.2.3). The first that fits is taken.
var downgradeSentinels = [...]struct {
	max, knows Version
	bytes      [8]byte
}{
	{TLS11, TLS12, [8]byte{'D', 'O', 'W', 'N', 'G', 'R', 'D', 0}},
	{TLS12, TLS13, [8]byte{'D', 'O', 'W', 'N', 'G', 'R', 'D', 1}},
}

// writeDowngradeSentinel writes the sentinel, if one is due.
func (c *Conn) writeDowngradeSentinel(random *[wire.RandomSize]byte) {
	for i := range downgradeSentinels {
		s := &downgradeSentinels[i]
		if c.info.Version <= s.max && c.cfg.maxVersion() >= s.knows {
			copy(random[wire.RandomSize-len(s.bytes):], s.bytes[:])
			return
		}
	}
}

// hasDowngradeSentinel finds a sentinel in a server's random that should not be there: with
// a version that this client need not have settled for.
func (c *Conn) hasDowngradeSentinel(random []byte) bool {
	if c.info.Version == c.cfg.maxVersion() {
		return false
	}
	for i := range downgradeSentinels {
		s := &downgradeSentinels[i]
		if c.cfg.maxVersion() >= s.knows && string(random[wire.RandomSize-len(s.bytes):]) == string(s.bytes[:]) {
			return true
		}
	}
	return false
}

// fallbackSCSV is TLS_FALLBACK_SCSV: the client has failed with a higher
// version and tries a lower one (RFC 7507 §2).
const fallbackSCSV = 0x5600

// checkFallback refuses a client that has come down without need (RFC 7507 §3).
func (c *Conn) checkFallback() error {
	if c.hs.hello.Suites.Contains(fallbackSCSV) && c.cfg.maxVersion() > c.hs.hello.highest() {
		return fmt.Errorf("%w: the client came down to %v", inappropriateFallback, c.hs.hello.highest())
	}
	return nil
}

// highest is the highest version that the client offers.
func (h *clientHello) highest() Version {
	if h.versions == nil {
		return Version(h.Version)
	}
	var v Version
	for i := range h.versions.Len() {
		v = max(v, Version(h.versions.At(i)))
	}
	return v
}
