package engine

import (
	"slices"

	"tlslab/engine/wire"
)

// changedByRetry are the extensions that a second ClientHello may change (RFC 9846 §4.2.2). padding
// comes from RFC 7685.
var changedByRetry = []uint16{extKeyShare, extEarlyData, extCookie, extPreSharedKey, extPadding}

// appendUnchanged appends the ClientHello without the extensions that a second ClientHello may
// change.
func (h *clientHello) appendUnchanged(dst []byte) []byte {
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

// checkSecondHello compares a second ClientHello with the first.
func (c *Conn) checkSecondHello() error {
	if c.info.HelloRetry && !slices.Equal(c.hs.tls13.repeated, c.hs.hello.appendUnchanged(nil)) {
		return changedHello
	}
	return nil
}

// requestRetry makes the server request a share of a group by a HelloRetryRequest.
func (c *Conn) requestRetry(g Group) {
	c.info.Group = g
	c.info.HelloRetry = true
	c.hs.tls13.repeated = c.hs.hello.appendUnchanged(nil)
}

// writeHelloRetryRequest writes a HelloRetryRequest. In the transcript a message_hash message
// replaces the first ClientHello.
func writeHelloRetryRequest(c *Conn, dst []byte) ([]byte, error) {
	c.hs.transcript.replaceByMessageHash()
	return c.appendServerHello(dst, wire.HelloRetryRequestRandom[:], inHelloRetryRequest), nil
}

// readHelloRetryRequest reads a HelloRetryRequest (RFC 9846 §4.2.4).
func readHelloRetryRequest(c *Conn, body []byte) error {
	var m wire.ServerHelloMsg
	if err := m.Parse(body); err != nil {
		return err
	}
	version, err := c.cfg.serverVersion(&m)
	if err != nil {
		return err
	}
	if version != TLS13 {
		return unknownChoice
	}
	c.info.Version = version
	if err := c.readSuite(&m); err != nil {
		return err
	}
	if string(m.SessionID) != string(c.resume.id) {
		return badSessionID
	}
	seen, err := c.readExtensions(inHelloRetryRequest, m.Extensions)
	if err != nil {
		return err
	}
	if !seen.has(extKeyShare) && !seen.has(extCookie) {
		return pointlessRetry
	}
	c.hs.compatible = c.requestsCompatibilityMode()
	c.info.HelloRetry = true
	c.hs.transcript.replaceByMessageHash()
	return c.readEarlyDataAnswer(false)
}
