package engine

import (
	"bytes"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// A memory is one direction of an unbounded in-memory transport.
type memory struct {
	mu     sync.Mutex
	filled *sync.Cond
	buf    bytes.Buffer
	closed bool
}

func newMemory() *memory {
	m := &memory{}
	m.filled = sync.NewCond(&m.mu)
	return m
}

func (m *memory) Read(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for m.buf.Len() == 0 && !m.closed {
		m.filled.Wait()
	}
	if m.buf.Len() == 0 {
		return 0, io.EOF
	}
	return m.buf.Read(p)
}

func (m *memory) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.buf.Write(p)
	m.filled.Broadcast()
	return len(p), nil
}

func (m *memory) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	m.filled.Broadcast()
}

// An end is a net.Conn over two memories.
type end struct {
	net.Conn
	in, out *memory
}

func (e *end) Read(p []byte) (int, error)  { return e.in.Read(p) }
func (e *end) Write(p []byte) (int, error) { return e.out.Write(p) }
func (e *end) Close() error                { e.in.close(); e.out.close(); return nil }
func (*end) SetDeadline(time.Time) error   { return nil }
func (*end) SetReadDeadline(time.Time) error {
	return nil
}
func (*end) SetWriteDeadline(time.Time) error { return nil }

func newEnds() (*end, *end) {
	a, b := newMemory(), newMemory()
	return &end{in: a, out: b}, &end{in: b, out: a}
}

// echo drives the engine over a blocking transport until the peer has sent n bytes, sends them back
// and closes.
func echo(c *Conn, transport io.ReadWriter, n int) error {
	replied := false
	var sealErr error
	_, err := drive(c, transport, func(got []byte) bool {
		if len(got) == n && !replied {
			replied = true
			var out []byte
			out, sealErr = c.Seal(nil, got)
			c.Close()
			transport.Write(c.Flush(out))
		}
		return replied
	})
	return errors.Join(err, sealErr)
}

// drive drives the engine over a blocking transport until done reports true. It returns the
// application data that arrived.
func drive(c *Conn, transport io.ReadWriter, done func(got []byte) bool) ([]byte, error) {
	var in, got []byte
	buf := make([]byte, 4096)
	if err := c.Start(); err != nil {
		return nil, err
	}
	for {
		if out := c.Flush(nil); len(out) > 0 {
			if _, err := transport.Write(out); err != nil {
				return got, err
			}
		}
		if done(got) {
			return got, nil
		}
		n, err := transport.Read(buf)
		if err != nil {
			return got, errors.Join(err, c.EOF())
		}
		in = append(in, buf[:n]...)
		for {
			n, ev, err := c.Recv(in)
			if err != nil {
				transport.Write(c.Flush(nil))
				return got, err
			}
			if n == 0 {
				break
			}
			got = append(got, ev.Data...)
			in = in[n:]
		}
	}
}
