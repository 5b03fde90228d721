package netconn

import (
	"context"
	"fmt"
)

// Handshake makes the handshake, unless it is done already; Read and Write
// call it by themselves. Where it fails, the peer was sent the alert, and every
// later call returns the same error. If ctx ends first, the transport is closed.
func (c *Conn) Handshake(ctx context.Context) error {
	if c.ready.Load() {
		return nil
	}
	c.shaking.Lock()
	defer c.shaking.Unlock()
	if c.ready.Load() || c.failed != nil {
		return c.failed
	}
	stop := context.AfterFunc(ctx, func() { c.transport.Close() })
	err := c.handshake()
	if !stop() {
		err = fmt.Errorf("handshake given up: %w", context.Cause(ctx))
	}
	c.failed = c.wrap("handshake", err)
	c.ready.Store(err == nil)
	return c.failed
}

// handshake receives until the engine is done. What it has to say is sent
// before each wait, and at the end. A peer may have gone by then, content with
// what it has heard (a server's last words are tickets): that is for Write to
// report, as in fill.
func (c *Conn) handshake() error {
	c.mu.Lock()
	err := c.tls.Start()
	c.mu.Unlock()
	if err != nil {
		return err
	}
	for !c.Info().Done {
		if _, err := c.receive(); err != nil {
			return err
		}
	}
	if err := c.flush(); isTimeout(err) {
		return err
	}
	return nil
}
