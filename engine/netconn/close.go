package netconn

import (
	"errors"
	"io"
	"net"
	"time"
)

const (
	farewell    = 5 * time.Second // how long Close waits for room for its close_notify
	maxLingered = 1 << 20         // bytes that Shutdown reads and drops
)

// CloseWrite sends close_notify, after a Write that is at work: no more is
// written, while reading goes on.
func (c *Conn) CloseWrite() error {
	c.writing.Lock()
	defer c.writing.Unlock()
	return c.wrap("close", c.notify())
}

// notify sends close_notify, in a handshake behind user_canceled. The caller
// holds writing.
func (c *Conn) notify() error {
	c.mu.Lock()
	c.tls.Close()
	c.mu.Unlock()
	return c.send(nil)
}

// Close sends close_notify, unless a Write is at work, which it interrupts,
// and closes the transport.
func (c *Conn) Close() error {
	if c.closed.Swap(true) {
		return c.wrap("close", net.ErrClosed)
	}
	return c.hangUp()
}

// hangUp says close_notify, if that is possible, and closes the transport.
func (c *Conn) hangUp() error {
	var err error
	if c.writing.TryLock() {
		err = c.transport.SetWriteDeadline(time.Now().Add(farewell))
		if err == nil && c.writeErr == nil {
			err = c.notify()
		}
		c.writing.Unlock()
	}
	return errors.Join(c.wrap("close", err), c.transport.Close())
}

// Shutdown is Close for a side that has said what it had to say: it ends its
// own direction, reads and drops what the peer still sends, until the peer has
// ended too or the time is over, and closes then. A transport that is closed
// with data unread is reset, and a reset may overtake the last bytes sent, an
// alert for instance.
func (c *Conn) Shutdown(within time.Duration) error {
	if err := c.transport.SetDeadline(time.Now().Add(within)); err != nil {
		return errors.Join(err, c.Close())
	}
	err := c.CloseWrite()
	if half, ok := c.transport.(interface{ CloseWrite() error }); ok && err == nil && half.CloseWrite() == nil {
		c.reading.Lock()
		_, _ = io.CopyN(io.Discard, c.transport, maxLingered) // however it ends, it ends
		c.reading.Unlock()
	}
	return errors.Join(err, c.Close())
}
