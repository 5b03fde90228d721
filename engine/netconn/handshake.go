package netconn

import (
	"context"
	"fmt"
	"io"

	"tlslab/engine"
)

// Handshake makes the handshake, unless it is done already; Read and Write
// call it by themselves. Where it fails, the peer was sent the alert, and every
// later call returns the same error. If ctx ends first, the peer is told that the
// handshake is given up, and the transport is closed.
func (c *Conn) Handshake(ctx context.Context) error {
	for !c.ready.Load() {
		if err := c.shake(ctx); err != nil {
			return err
		}
	}
	return nil
}

// shake makes the handshake, or goes on with it. An eager server's comes back with
// each piece of early data.
func (c *Conn) shake(ctx context.Context) error {
	if c.ready.Load() {
		return nil
	}
	c.shaking.Lock()
	defer c.shaking.Unlock()
	if c.ready.Load() || c.failed != nil {
		return c.failed
	}
	over := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { _ = c.hangUp(); close(over) })
	err := c.handshake(ctx)
	givenUp := !stop()
	if givenUp {
		<-over
		err = fmt.Errorf("handshake given up: %w", context.Cause(ctx))
	}
	err = c.wrap("handshake", err)
	if isTimeout(err) && c.eager.Load() && !givenUp {
		return err // as of a Read, which may be repeated
	}
	c.failed = err
	c.ready.Store(err == nil && c.Info().Done)
	return c.failed
}

// handshake receives until the engine is done. What it has to say is sent
// before each wait, and at the end. A peer may have gone by then, content with
// what it has heard (a server's last words are tickets): that is for Write to
// report, as in fill.
func (c *Conn) handshake(ctx context.Context) error {
	if _, err := c.begin(); err != nil {
		return err
	}
	for !c.Info().Done {
		ev, err := c.receive()
		if err == nil && ev.Kind == engine.EventStatusWanted {
			err = c.learnStatus(ctx)
		}
		if err != nil {
			return err
		}
		if ev.Kind == engine.EventClosed {
			return fmt.Errorf("closed by the peer: %w", io.ErrUnexpectedEOF)
		}
		if c.keepEarly(ev); c.hasEarly.Load() && c.eager.Load() {
			break
		}
	}
	if err := c.flush(); isTimeout(err) {
		return err
	}
	return nil
}
