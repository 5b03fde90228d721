package engine

import (
	"tlslab/engine/alert"
	"tlslab/engine/wire"
)

// Renegotiation, a second handshake inside a connection up to TLS 1.2. This side
// says that it would do it securely (RFC 5746), and never does it.

// signalRenegotiation is TLS_EMPTY_RENEGOTIATION_INFO_SCSV, which stands for an
// empty renegotiation_info (RFC 5746 §3.3).
const signalRenegotiation = 0x00ff

func makeRenegotiation(c *Conn, p place, dst []byte) ([]byte, bool) {
	return append(dst, 0), p != inClientHello || c.cfg.minVersion() <= TLS12
}

func takeRenegotiation(_ *Conn, _ place, body []byte) error {
	var x wire.Renegotiation
	if err := x.Parse(body); err != nil {
		return err
	}
	if len(x.Verified) > 0 {
		return badRenegotiation
	}
	return nil
}

// maxRequests is how often a peer may ask for a renegotiation.
const maxRequests = 16

// turnDown is what becomes of a message that asks for another handshake. What it
// says is not read.
func (c *Conn) turnDown(r *row, message []byte) error {
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
			c.sealAlert(alert.Warning, alert.NoRenegotiation)
		}
	}
	return c.idles()
}
