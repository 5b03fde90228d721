package engine

import (
	"fmt"

	"tlslab/engine/wire"
)

// Protection against an attacker who makes both sides negotiate a lower version than the best they
// share: the sentinel in a server's random, and the SCSV of a client that falls back by itself.

// downgradeSentinels end the random of a server that negotiates version max or lower, although it
// supports version knows or higher (RFC 9846 §4.2.3). The first match applies.
var downgradeSentinels = [...]struct {
	max, knows Version
	bytes      [8]byte
}{
	{TLS11, TLS12, [8]byte{'D', 'O', 'W', 'N', 'G', 'R', 'D', 0}},
	{TLS12, TLS13, [8]byte{'D', 'O', 'W', 'N', 'G', 'R', 'D', 1}},
}

// writeDowngradeSentinel writes the sentinel into the server's random, if one applies.
func (c *Conn) writeDowngradeSentinel(random *[wire.RandomSize]byte) {
	for i := range downgradeSentinels {
		s := &downgradeSentinels[i]
		if c.info.Version <= s.max && c.cfg.maxVersion() >= s.knows {
			copy(random[wire.RandomSize-len(s.bytes):], s.bytes[:])
			return
		}
	}
}

// hasDowngradeSentinel reports whether a server's random has a sentinel although the client
// offered a version that excludes it.
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

// fallbackSCSV is TLS_FALLBACK_SCSV: the client retries with a lower version (RFC 7507 §2).
const fallbackSCSV = 0x5600

// checkFallback refuses a client that falls back although the server supports a higher version
// (RFC 7507 §3).
func (c *Conn) checkFallback() error {
	if c.hs.hello.Suites.Contains(fallbackSCSV) && c.cfg.maxVersion() > c.hs.hello.highest() {
		return fmt.Errorf("%w: the client offers %v at most", inappropriateFallback, c.hs.hello.highest())
	}
	return nil
}

// highest returns the highest version that the client offers.
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
