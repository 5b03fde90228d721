package engine

import "tlslab/engine/wire"

func writeSupportedGroups(c *Conn, p place, dst []byte) ([]byte, bool) {
	if p != inClientHello {
		return dst, false
	}
	at := len(dst)
	dst = wire.OpenVector(dst, 2)
	for _, g := range c.cfg.groups() {
		dst = wire.AppendUint16(dst, uint16(g))
	}
	return wire.CloseVector(dst, at, 2), true
}

func readSupportedGroups(c *Conn, _ place, body []byte) error {
	var x wire.Uint16Vector
	err := x.Parse(body)
	c.hs.hello.groups = x.List
	return err
}
