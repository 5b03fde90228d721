package engine

import (
	"slices"

	"tlslab/engine/wire"
)

func writeALPN(c *Conn, p place, dst []byte) ([]byte, bool) {
	if p == inClientHello {
		return wire.AppendProtocolNameList(dst, c.cfg.ALPN...), len(c.cfg.ALPN) > 0
	}
	return wire.AppendProtocolNameList(dst, c.info.ALPN), c.info.ALPN != ""
}

// readALPN reads the client's list, or the server's choice.
func readALPN(c *Conn, _ place, body []byte) error {
	var x wire.ProtocolNameList
	if err := x.Parse(body); err != nil {
		return err
	}
	if c.side == server {
		c.hs.hello.protocols = x.List
		return nil
	}
	name, rest := x.List.Next()
	i := slices.Index(c.cfg.ALPN, string(name))
	if i < 0 || len(rest) > 0 {
		return badExtension
	}
	c.info.ALPN = c.cfg.ALPN[i]
	return nil
}

// chooseALPN chooses the server's first protocol that the client lists. It fails if both sides
// list protocols and none is common (RFC 7301 §3.2).
func (c *Conn) chooseALPN() error {
	c.info.ALPN = ""
	if c.hs.hello.protocols == nil || len(c.cfg.ALPN) == 0 {
		return nil
	}
	for _, ours := range c.cfg.ALPN {
		for rest := c.hs.hello.protocols; len(rest) > 0; {
			var name []byte
			if name, rest = rest.Next(); string(name) == ours {
				c.info.ALPN = ours
				return nil
			}
		}
	}
	return noCommonProtocol
}
