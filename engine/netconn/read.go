package netconn

import (
	"context"
	"errors"
	"io"

	"tlslab/engine"
)

// The buffer of what was received grows from the one to the other. The longest
// record is 5 + 16384 + 2048 bytes (RFC 5246 §6.2.3), so it always fits.
const (
	minReceive = 4 << 10
	maxReceive = 32 << 10
)

// Read returns application data. At its end it returns io.EOF if the peer said
// so, and an error that wraps engine.ErrTruncated if the transport just ended.
func (c *Conn) Read(p []byte) (int, error) {
	for {
		if n := c.readEarly(p); n > 0 {
			return n, nil
		}
		if c.ready.Load() {
			break
		}
		if err := c.shake(context.Background()); err != nil {
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

// receive gives the engine one record, which it waits for. The alert that an
// error calls for is sent.
func (c *Conn) receive() (engine.Event, error) {
	for {
		c.mu.Lock()
		n, ev, err := c.tls.Recv(c.in[c.start:c.end])
		c.mu.Unlock()
		c.start += n
		if err != nil {
			_ = c.flush() // the error is what matters
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

// fill waits for more from the transport, after it has sent what the engine
// answers to all there was. That it cannot be sent is for Write to report, as
// there may still be something to read: the alert that says why, for one. Only
// a handshake that ran out of time to write goes no further.
func (c *Conn) fill() error {
	if err := c.flush(); isTimeout(err) && !c.ready.Load() {
		return err
	}
	c.end = copy(c.in, c.in[c.start:c.end])
	c.start = 0
	if c.end == len(c.in) {
		if c.end >= maxReceive {
			return errors.New("a record longer than any may be") // the engine refuses it first
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
