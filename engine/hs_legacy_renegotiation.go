package engine

import (
	"tlslab/engine/alert"
	"tlslab/engine/wire"
)

// Renegotiation, a second handshake inside a connection up to TLS 1.2. This side
// says that it would do it securely (RFC 5746), and never does it.

// maxRequests is how often a peer may ask for a renegotiation.
const maxRequests = 16

// declineRenegotiation is what becomes of a message that asks for another handshake. What it
// says is not read.
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
