package engine

import "slices"

// changedByRetry are the extensions in which a second ClientHello may differ
// from the first; the last is padding (RFC 9846 §4.2.2, RFC 7685).
var changedByRetry = []uint16{extKeyShare, extEarlyData, extCookie, extPreSharedKey, extPadding}

// appendRepeated appends what a second ClientHello must repeat of this one.
func (h *clientHello) appendRepeated(dst []byte) []byte {
	same := h.ClientHelloMsg
	same.Extensions = nil
	for rest := h.Extensions; len(rest) > 0; {
		x := rest
		var id uint16
		id, _, rest = rest.Next()
		if !slices.Contains(changedByRetry, id) {
			same.Extensions = append(same.Extensions, x[:len(x)-len(rest)]...)
		}
	}
	return same.Append(dst)
}

// checkRepeated holds the second ClientHello against the first one.
func (c *Conn) checkRepeated() error {
	if c.info.HelloRetry && !slices.Equal(c.hs.tls13.repeated, c.hs.hello.appendRepeated(nil)) {
		return changedHello
	}
	return nil
}

// askAgain settles that a HelloRetryRequest asks for a share of the group.
func (c *Conn) askAgain(g Group) {
	c.info.Group = g
	c.info.HelloRetry = true
	c.hs.tls13.repeated = c.hs.hello.appendRepeated(nil)
}
