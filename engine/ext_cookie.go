package engine

import (
	"slices"

	"tlslab/engine/wire"
)

func writeCookie(c *Conn, p place, dst []byte) ([]byte, bool) {
	x := wire.Cookie{Value: c.hs.hello.cookie}
	return x.Append(dst), p == inClientHello && c.hs.hello.cookie != nil
}

// readCookie keeps a server's cookie for the second ClientHello. Our server
// keeps its state itself, and so has no use for one.
func readCookie(c *Conn, p place, body []byte) error {
	var x wire.Cookie
	err := x.Parse(body)
	if p == inHelloRetryRequest {
		c.hs.hello.cookie = slices.Clone(x.Value)
	}
	return err
}
