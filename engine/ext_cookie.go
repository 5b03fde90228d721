package engine

import (
	"slices"

	"tlslab/engine/wire"
)

func writeCookie(c *Conn, p place, dst []byte) ([]byte, bool) {
	x := wire.Cookie{Value: c.hs.hello.cookie}
	return x.Append(dst), p == inClientHello && c.hs.hello.cookie != nil
}

// readCookie keeps the cookie of a HelloRetryRequest for the second ClientHello. This server sends
// no cookie: it keeps its state itself.
func readCookie(c *Conn, p place, body []byte) error {
	var x wire.Cookie
	err := x.Parse(body)
	if p == inHelloRetryRequest {
		c.hs.hello.cookie = slices.Clone(x.Value)
	}
	return err
}
