package netconn

import (
	"context"

	"tlslab/engine"
)

// EarlyWrite sends the ClientHello, followed by as much of p as early data (RFC 9846 §2.3) as
// Config.Session allows, and returns the number of bytes sent, possibly 0. It must be a client's
// first call. After the handshake, Info().EarlyData tells whether the server accepted the early
// data; if not, the caller must Write it again.
func (c *Conn) EarlyWrite(p []byte) (int, error) {
	c.handshaking.Lock()
	defer c.handshaking.Unlock()
	if c.complete.Load() || c.handshakeErr != nil {
		return 0, c.handshakeErr
	}
	n, err := c.startEngine()
	if err != nil {
		c.handshakeErr = c.wrap("handshake", err)
		return 0, c.handshakeErr
	}
	n = min(n, len(p))
	c.writing.Lock()
	defer c.writing.Unlock()
	if err := c.send(p[:n]); err != nil {
		return 0, c.wrap("write", err)
	}
	return n, nil
}

// startEngine starts the handshake in the engine, and returns how many bytes of early data it
// accepts.
func (c *Conn) startEngine() (room int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tls.SetMSS(segmentSize(c.transport))
	err = c.tls.Start()
	return c.tls.EarlyRoom(), err
}

// HandshakeEarly is Handshake for a server that answers early data before the client's Finished: it
// returns as soon as early data has arrived. Read then returns the early data, Write sends the
// answer, and a further Read continues the handshake. Early data may be a replay (RFC 9846 §8), so
// the server must act on it only if doing so twice is harmless.
func (c *Conn) HandshakeEarly(ctx context.Context) error {
	c.answerEarly.Store(true)
	return c.stepHandshake(ctx)
}

// keepEarly keeps early data for Read. The caller holds handshaking.
func (c *Conn) keepEarly(ev engine.Event) {
	if ev.Kind == engine.EventEarlyData {
		c.early = append(c.early, ev.Data...)
		c.hasEarly.Store(true)
	}
}

// readEarly copies early data that was kept to p and returns its length.
func (c *Conn) readEarly(p []byte) int {
	if !c.hasEarly.Load() {
		return 0
	}
	c.handshaking.Lock()
	defer c.handshaking.Unlock()
	n := copy(p, c.early)
	if c.early = c.early[n:]; len(c.early) == 0 {
		c.early = nil
		c.hasEarly.Store(false)
	}
	return n
}

// mayWriteEarly reports whether a server may answer early data before the handshake is complete.
func (c *Conn) mayWriteEarly() bool {
	if !c.answerEarly.Load() {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tls.MaySeal()
}
