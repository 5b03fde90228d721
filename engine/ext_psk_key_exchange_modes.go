package engine

import "tlslab/engine/wire"

// pskModes are the PskKeyExchangeMode numbers of the mechanisms (RFC 9846 §4.3.9).
var pskModes = map[Resumption]byte{PSK: 0, PSKDHE: 1}

func writePSKKeyExchangeModes(c *Conn, _ place, dst []byte) ([]byte, bool) {
	at := len(dst)
	dst = append(dst, 0)
	for _, mechanism := range c.cfg.resumption() {
		if mode, ok := pskModes[mechanism]; ok {
			dst = append(dst, mode)
		}
	}
	dst[at] = byte(len(dst) - at - 1)
	return dst, dst[at] > 0 && c.cfg.maxVersion() >= TLS13
}

func readPSKKeyExchangeModes(c *Conn, _ place, body []byte) error {
	var x wire.Bytes8
	err := x.Parse(body)
	c.hs.hello.modes = x.List
	return err
}

// choosePSKMode returns the server's first mode that the client allows; 0 if there is none.
func (cfg *Config) choosePSKMode(h *clientHello) Resumption {
	for _, mechanism := range cfg.resumption() {
		mode, ok := pskModes[mechanism]
		for _, theirs := range h.modes {
			if ok && theirs == mode {
				return mechanism
			}
		}
	}
	return 0
}
