package engine

import (
	"fmt"

	"tlslab/engine/wire"
)

// Protection against an attacker who makes both sides negotiate a lower version than the highest
// that both support: the sentinel in the server's random, and TLS_FALLBACK_SCSV of a client that
// retries with a lower version.

// downgradeSentinels are the last 8 bytes of the server's random if the server negotiates version
// max or lower although it supports version supports or higher (RFC 9846 §4.2.3). The first match
// applies.
var downgradeSentinels = [...]struct {
	max, supports Version
	bytes         [8]byte
}{
	{TLS11, TLS12, [8]byte{'D', 'O', 'W', 'N', 'G', 'R', 'D', 0}},
	{TLS12, TLS13, [8]byte{'D', 'O', 'W', 'N', 'G', 'R', 'D', 1}},
}

// writeDowngradeSentinel writes the sentinel into the server's random, if one applies.
func (cfg *Config) writeDowngradeSentinel(random *[wire.RandomSize]byte, chosen Version) {
	for i := range downgradeSentinels {
		s := &downgradeSentinels[i]
		if chosen <= s.max && cfg.maxVersion() >= s.supports {
			copy(random[wire.RandomSize-len(s.bytes):], s.bytes[:])
			return
		}
	}
}

// hasDowngradeSentinel reports whether a server's random shows a downgrade: the server chose a
// lower version than the client's highest, and its sentinel says that it supports a version that
// the client offered.
func (cfg *Config) hasDowngradeSentinel(random []byte, chosen Version) bool {
	if chosen == cfg.maxVersion() {
		return false
	}
	for i := range downgradeSentinels {
		s := &downgradeSentinels[i]
		if cfg.maxVersion() >= s.supports && string(random[wire.RandomSize-len(s.bytes):]) == string(s.bytes[:]) {
			return true
		}
	}
	return false
}

// fallbackSCSV is TLS_FALLBACK_SCSV: the client retries with a lower version (RFC 7507 §2).
const fallbackSCSV = 0x5600

// checkFallback refuses a client that falls back although the server supports a higher version
// (RFC 7507 §3).
func (cfg *Config) checkFallback(h *clientHello) error {
	if h.Suites.Contains(fallbackSCSV) && cfg.maxVersion() > h.highest() {
		return fmt.Errorf("%w: the client offers %v at most", inappropriateFallback, h.highest())
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
