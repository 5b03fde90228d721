package netconn

import (
	"context"
	"fmt"
	"io"

	"tlslab/engine"
)

// Handshake performs the handshake if it is not complete; Read and Write call it. If the handshake
// fails, the peer gets the alert, and every later call returns the same error. If ctx ends first,
// the peer gets user_canceled and close_notify (RFC 9846 §6.1), and the transport is closed.
func (c *Conn) Handshake(ctx context.Context) error {
	for !c.complete.Load() {
		if err := c.stepHandshake(ctx); err != nil {
			return err
		}
	}
	return nil
}

// stepHandshake performs or continues the handshake. After HandshakeEarly it returns with each
// record of early data.
func (c *Conn) stepHandshake(ctx context.Context) error {
	if c.complete.Load() {
		return nil
	}
	c.handshaking.Lock()
	defer c.handshaking.Unlock()
	if c.complete.Load() || c.handshakeErr != nil {
		return c.handshakeErr
	}
	closed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { _ = c.closeTransport(); close(closed) })
	err := c.handshake(ctx)
	canceled := !stop()
	if canceled {
		<-closed
		err = fmt.Errorf("handshake canceled: %w", context.Cause(ctx))
	}
	err = c.wrap("handshake", err)
	if isTimeout(err) && c.answerEarly.Load() && !canceled {
		return err // a Read with early data may be repeated
	}
	c.handshakeErr = err
	c.complete.Store(err == nil && c.Info().Done)
	return c.handshakeErr
}

// handshake gives the engine records until the handshake is complete. It sends what the engine has
// ready before each wait, in fill, and at the end. A failure to send at the end is left for Write
// to report: the peer may have closed the connection before it received the server's tickets.
func (c *Conn) handshake(ctx context.Context) error {
	if _, err := c.startEngine(); err != nil {
		return err
	}
	for !c.Info().Done {
		ev, err := c.receive()
		if err == nil && ev.Kind == engine.EventOCSPRequest {
			err = c.fetchOCSP(ctx)
		}
		if err != nil {
			return err
		}
		if ev.Kind == engine.EventClosed {
			return fmt.Errorf("peer closed the connection: %w", io.ErrUnexpectedEOF)
		}
		if c.keepEarly(ev); c.hasEarly.Load() && c.answerEarly.Load() {
			break
		}
	}
	if err := c.flush(); isTimeout(err) {
		return err
	}
	return nil
}
