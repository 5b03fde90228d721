package netconn

import (
	"errors"
	"io"
	"net"
	"time"
)

const (
	closeTimeout = 5 * time.Second // for Close to send close_notify
	maxDiscarded = 1 << 20         // bytes that Shutdown reads and discards
)

// CloseWrite sends close_notify after any Write in progress. Later Writes fail; Read still works
// (RFC 9846 §6.1).
func (c *Conn) CloseWrite() error {
	c.writing.Lock()
	defer c.writing.Unlock()
	return c.wrap("close", c.sendCloseNotify())
}

// sendCloseNotify sends close_notify; during the handshake user_canceled comes first. The caller
// holds writing.
func (c *Conn) sendCloseNotify() error {
	c.mu.Lock()
	c.tls.Close()
	c.mu.Unlock()
	return c.send(nil)
}

// Close sends close_notify, waiting at most 5 s, and closes the transport. If a Write is in
// progress, Close interrupts it and sends no close_notify. A second Close returns net.ErrClosed.
func (c *Conn) Close() error {
	if c.closed.Swap(true) {
		return c.wrap("close", net.ErrClosed)
	}
	return c.closeTransport()
}

// closeTransport sends close_notify if no writer is at work and none has failed, and closes the
// transport.
func (c *Conn) closeTransport() error {
	var err error
	if c.writing.TryLock() {
		err = c.transport.SetWriteDeadline(time.Now().Add(closeTimeout))
		if err == nil && c.writeErr == nil {
			err = c.sendCloseNotify()
		}
		c.writing.Unlock()
	}
	return errors.Join(c.wrap("close", err), c.transport.Close())
}

// Shutdown sends close_notify, ends the transport's write direction, reads and discards what the
// peer still sends until the peer ends or the time is over, and closes the transport. After Close
// instead, the peer may lose the last bytes sent, an alert for instance: a TCP connection that is
// closed with unread data is reset (RFC 9293 §3.6.1).
func (c *Conn) Shutdown(within time.Duration) error {
	if err := c.transport.SetDeadline(time.Now().Add(within)); err != nil {
		return errors.Join(err, c.Close())
	}
	err := c.CloseWrite()
	if half, ok := c.transport.(interface{ CloseWrite() error }); ok && err == nil && half.CloseWrite() == nil {
		c.reading.Lock()
		_, _ = io.CopyN(io.Discard, c.transport, maxDiscarded) // an error ends the wait as well
		c.reading.Unlock()
	}
	return errors.Join(err, c.Close())
}
