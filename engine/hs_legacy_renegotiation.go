package engine

import (
	"tlslab/engine/alert"
	"tlslab/engine/wire"
)

// Renegotiation is a second handshake inside a connection up to TLS 1.2. Both sides signal that
// they support secure renegotiation (RFC 5746), and never renegotiate.

// maxRequests is how many requests for a renegotiation a side declines before it ends the
// connection.
const maxRequests = 16

// declineRenegotiation handles a message that requests a renegotiation. It does not read the
// message's content.
func (c *Conn) declineRenegotiation(r *row, message []byte) error {
	if r.message == HelloRequest && len(message) > headerSize {
		return wire.ErrDecode
	}
	switch {
	case r.mode&refused != 0:
		return noRenegotiation
	case r.mode&declined != 0:
		if c.in.renegotiations++; c.in.renegotiations > maxRequests {
			return tooManyRequests
		}
		if !c.out.closed {
			c.out.sealAlert(alert.Warning, alert.NoRenegotiation)
		}
	}
	return c.in.countIdle()
}
