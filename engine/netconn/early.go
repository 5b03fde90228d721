package netconn

import (
	"context"

	"tlslab/engine"
)

// Early data (0-RTT): a client says it with EarlyWrite, and a server hears it with
// the first Read: once the handshake is done, unless it is eager.

// EarlyWrite sends the ClientHello, and behind it as early data as much of p as
// Config.Session allows: it returns how much that was, 0 where there is none. It is
// for a client's first call. Once the handshake is done, Info says whether the
// server accepted it, and where it did not, the caller says it again.
func (c *Conn) EarlyWrite(p []byte) (int, error) {
	c.shaking.Lock()
	defer c.shaking.Unlock()
	if c.ready.Load() || c.failed != nil {
		return 0, c.failed
	}
	n, err := c.begin()
	if err != nil {
		c.failed = c.wrap("handshake", err)
		return 0, c.failed
	}
	n = min(n, len(p))
	c.writing.Lock()
	defer c.writing.Unlock()
	if err := c.send(p[:n]); err != nil {
		return 0, c.wrap("write", err)
	}
	return n, nil
}

// begin starts the engine, and returns how much early data it takes.
func (c *Conn) begin() (room int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tls.SetMSS(segmentSize(c.transport))
	err = c.tls.Start()
	return c.tls.EarlyRoom(), err
}

// HandshakeEarly is Handshake for a server that answers early data at once: it
// returns as soon as there is some. Read gives it, and Write answers before the
// client has proved to be there, so what it asks for must do no harm if it is done
// twice: it may be a replay (RFC 9846 §8). Read goes on with the handshake.
func (c *Conn) HandshakeEarly(ctx context.Context) error {
	c.eager.Store(true)
	return c.shake(ctx)
}

// keepEarly keeps early data for Read. The caller holds shaking.
func (c *Conn) keepEarly(ev engine.Event) {
	if ev.Kind == engine.EventEarlyData {
		c.early = append(c.early, ev.Data...)
		c.hasEarly.Store(true)
	}
}

// readEarly gives what was kept.
func (c *Conn) readEarly(p []byte) int {
	if !c.hasEarly.Load() {
		return 0
	}
	c.shaking.Lock()
	defer c.shaking.Unlock()
	n := copy(p, c.early)
	if c.early = c.early[n:]; len(c.early) == 0 {
		c.early = nil
		c.hasEarly.Store(false)
	}
	return n
}

// mayAnswer says whether an eager server may write before the handshake is done.
func (c *Conn) mayAnswer() bool {
	if !c.eager.Load() {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tls.MaySeal()
}
