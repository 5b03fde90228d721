package netconn

import (
	"context"
	"errors"
	"io"

	"tlslab/engine"
)

// The receive buffer's first and largest size, in bytes. The longest record has 5 + 16384 + 2048
// bytes (RFC 5246 §6.2.3).
const (
	minReceive = 4 << 10
	maxReceive = 32 << 10
)

// Read reads application data. It returns io.EOF after the peer's close_notify, and an error that
// wraps engine.ErrTruncated if the transport ends without one (RFC 9846 §6.1).
func (c *Conn) Read(p []byte) (int, error) {
	for {
		if n := c.readEarly(p); n > 0 {
			return n, nil
		}
		if c.complete.Load() {
			break
		}
		if err := c.stepHandshake(context.Background()); err != nil {
			return 0, err
		}
	}
	if len(p) == 0 {
		return 0, nil
	}
	c.reading.Lock()
	defer c.reading.Unlock()
	for len(c.plain) == 0 {
		if c.readErr != nil {
			return 0, c.readErr
		}
		ev, err := c.receive()
		switch {
		case isTimeout(err):
			return 0, err
		case err != nil:
			c.readErr = c.wrap("read", err)
		case ev.Kind == engine.EventClosed:
			c.readErr = io.EOF
		}
		c.plain = ev.Data
	}
	n := copy(p, c.plain)
	c.plain = c.plain[n:]
	return n, nil
}

// receive waits for a record and gives it to the engine. If the engine returns an error, receive
// sends the alert.
func (c *Conn) receive() (engine.Event, error) {
	for {
		c.mu.Lock()
		n, ev, err := c.tls.Recv(c.in[c.start:c.end])
		c.mu.Unlock()
		c.start += n
		if err != nil {
			_ = c.flush() // err is reported, not a failure to send its alert
			return ev, err
		}
		if n > 0 {
			return ev, nil
		}
		if err := c.fill(); err != nil {
			return engine.Event{}, err
		}
	}
}

// fill sends what the engine has ready and reads more from the transport. A failure to send is left
// for Write to report, because the peer's alert with the reason may still be readable. Only a
// timeout during the handshake is returned.
func (c *Conn) fill() error {
	if err := c.flush(); isTimeout(err) && !c.complete.Load() {
		return err
	}
	c.end = copy(c.in, c.in[c.start:c.end])
	c.start = 0
	if c.end == len(c.in) {
		if c.end >= maxReceive {
			// Never happens: the engine returns record_overflow before.
			return errors.New("record does not fit into the receive buffer")
		}
		c.in = append(make([]byte, 0, max(minReceive, 2*c.end)), c.in...)
		c.in = c.in[:cap(c.in)]
	}
	n, err := c.transport.Read(c.in[c.end:])
	c.end += n
	c.received.Add(int64(n))
	switch {
	case n > 0 || err == nil:
		return nil
	case err == io.EOF:
		c.mu.Lock()
		defer c.mu.Unlock()
		if err := c.tls.EOF(); err != nil {
			return err
		}
	}
	return err
}
