package engine

import (
	"slices"

	"tlslab/engine/wire"
)

// The extensions that negotiate names, versions and algorithms. A maker
// appends a body, or declines; a taker reads one.

func wantEmpty(body []byte) error {
	if len(body) > 0 {
		return wire.ErrDecode
	}
	return nil
}

func makeExtendedMasterSecret(c *Conn, p place, dst []byte) ([]byte, bool) {
	if p == inClientHello {
		return dst, c.cfg.minVersion() <= TLS12 && !c.cfg.NoExtendedMasterSecret
	}
	return dst, c.info.ExtendedMasterSecret
}

func takeExtendedMasterSecret(_ *Conn, _ place, body []byte) error { return wantEmpty(body) }

func makeGroups(c *Conn, p place, dst []byte) ([]byte, bool) {
	if p != inClientHello {
		return dst, false
	}
	at := len(dst)
	dst = wire.Open(dst, 2)
	for _, g := range c.cfg.groups() {
		dst = wire.AppendUint16(dst, uint16(g))
	}
	return wire.Close(dst, at, 2), true
}

func takeGroups(c *Conn, _ place, body []byte) error {
	var x wire.Uint16Vector
	err := x.Parse(body)
	c.hs.hello.groups = x.List
	return err
}

const uncompressed = 0 // the only point format that is left (RFC 8422 §5.1.2)

func makePointFormats(c *Conn, p place, dst []byte) ([]byte, bool) {
	x := wire.Bytes8{List: []byte{uncompressed}}
	if p == inClientHello {
		return x.Append(dst), c.cfg.minVersion() <= TLS12
	}
	return x.Append(dst), c.info.Suite.KeyExchange == KeyExchangeECDHE
}

func takePointFormats(_ *Conn, _ place, body []byte) error {
	var x wire.Bytes8
	if err := x.Parse(body); err != nil {
		return err
	}
	if !slices.Contains(x.List, uncompressed) {
		return badExtension
	}
	return nil
}

func makeProtocols(c *Conn, p place, dst []byte) ([]byte, bool) {
	if p == inClientHello {
		return wire.AppendProtocols(dst, c.cfg.ALPN...), len(c.cfg.ALPN) > 0
	}
	return wire.AppendProtocols(dst, c.info.ALPN), c.info.ALPN != ""
}

// takeProtocols reads the client's list, or the server's choice of one.
func takeProtocols(c *Conn, _ place, body []byte) error {
	var x wire.Protocols
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

// chooseProtocol takes the server's first protocol that the client knows
// (RFC 7301 §3.2).
func (c *Conn) chooseProtocol() error {
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

func makeVersions(c *Conn, p place, dst []byte) ([]byte, bool) {
	if p != inClientHello {
		return wire.AppendUint16(dst, uint16(c.info.Version)), true
	}
	at := len(dst)
	dst = wire.Open(dst, 1)
	for v := c.cfg.maxVersion(); v >= max(c.cfg.minVersion(), TLS10); v-- {
		dst = wire.AppendUint16(dst, uint16(v))
	}
	return wire.Close(dst, at, 1), c.cfg.maxVersion() >= TLS13
}

func takeVersions(c *Conn, p place, body []byte) error {
	if p != inClientHello {
		return nil // read before anything else, see serverVersion
	}
	var x wire.Versions
	err := x.Parse(body)
	c.hs.hello.versions = x.List
	return err
}

func makeCookie(c *Conn, p place, dst []byte) ([]byte, bool) {
	x := wire.Cookie{Value: c.hs.hello.cookie}
	return x.Append(dst), p == inClientHello && c.hs.hello.cookie != nil
}

// takeCookie keeps a server's cookie for the second ClientHello. Our server
// keeps its state itself, and so has no use for one.
func takeCookie(c *Conn, p place, body []byte) error {
	var x wire.Cookie
	err := x.Parse(body)
	if p == inRetry {
		c.hs.hello.cookie = slices.Clone(x.Value)
	}
	return err
}
