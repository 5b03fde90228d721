package engine

import (
	"slices"

	"tlslab/engine/wire"
)

// uncompressed is the only point format in use (RFC 8422 §5.1.2).
const uncompressed = 0

func writeECPointFormats(c *Conn, p place, dst []byte) ([]byte, bool) {
	x := wire.Bytes8{List: []byte{uncompressed}}
	if p == inClientHello {
		return x.Append(dst), c.cfg.minVersion() <= TLS12
	}
	return x.Append(dst), c.info.Suite.KeyExchange == KeyExchangeECDHE
}

func readECPointFormats(_ *Conn, _ place, body []byte) error {
	var x wire.Bytes8
	if err := x.Parse(body); err != nil {
		return err
	}
	if !slices.Contains(x.List, uncompressed) {
		return badExtension
	}
	return nil
}
