package engine

import (
	"fmt"

	"tlslab/engine/wire"
)

func writeSupportedVersions(c *Conn, p place, dst []byte) ([]byte, bool) {
	if p != inClientHello {
		return wire.AppendUint16(dst, uint16(c.info.Version)), true
	}
	at := len(dst)
	dst = wire.OpenVector(dst, 1)
	for v := c.cfg.maxVersion(); v >= max(c.cfg.minVersion(), TLS10); v-- {
		dst = wire.AppendUint16(dst, uint16(v))
	}
	return wire.CloseVector(dst, at, 1), c.cfg.maxVersion() >= TLS13
}

func readSupportedVersions(c *Conn, p place, body []byte) error {
	if p != inClientHello {
		return nil // serverVersion has read it
	}
	var x wire.SupportedVersions
	err := x.Parse(body)
	c.hs.hello.versions = x.List
	return err
}

// chooseVersion returns the highest version that the client offers and the server enables (RFC
// 9846 §4.3.1).
func (cfg *Config) chooseVersion(h *clientHello) (Version, error) {
	low, high := cfg.minVersion(), cfg.maxVersion()
	if h.versions != nil && high > SSL30 {
		for v := high; v >= low; v-- {
			if h.versions.Contains(uint16(v)) {
				return v, nil
			}
		}
		return 0, noCommonVersion
	}
	v := min(Version(h.Version), TLS12, high)
	if v < low {
		return 0, fmt.Errorf("%w: the client offers %v at most", noCommonVersion, Version(h.Version))
	}
	return v, nil
}

// serverVersion returns the version that a ServerHello has chosen.
func (cfg *Config) serverVersion(m *wire.ServerHelloMsg) (Version, error) {
	v := Version(m.Version)
	if body := findExtension(m.Extensions, extSupportedVersions); body != nil {
		var x wire.Uint16
		if err := x.Parse(body); err != nil {
			return 0, err
		}
		if v != TLS12 || Version(x.Value) < TLS13 {
			return 0, unknownChoice
		}
		v = Version(x.Value)
	} else if v >= TLS13 {
		return 0, unknownChoice
	}
	if v < cfg.minVersion() || v > cfg.maxVersion() {
		return 0, fmt.Errorf("%w: the server chose %v", noCommonVersion, v)
	}
	return v, nil
}
