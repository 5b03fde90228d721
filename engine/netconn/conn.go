package netconn

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"tlslab/engine"
	"tlslab/engine/session"
)

// A Conn is one side of a TLS connection over a transport. Its methods may be
// called at the same time.
type Conn struct {
	transport net.Conn

	mu  sync.Mutex // guards tls; taken last and never while waiting for the transport
	tls *engine.Conn

	// The handshake. Its lock is one of its own, so that a Write need not wait
	// for the Read that made the handshake and now waits for data.
	shaking sync.Mutex
	ready   atomic.Bool // it is complete
	failed  error       // or this is why not

	// Early data that no Read has taken yet, which belongs to the handshake.
	early    []byte
	hasEarly atomic.Bool
	eager    atomic.Bool // it is given on before the handshake is done

	// What is received: in[start:end], of which plain was opened. Until the
	// handshake is complete it belongs to that.
	reading    sync.Mutex
	in         []byte
	start, end int
	plain      []byte
	readErr    error

	// What is sent.
	writing  sync.Mutex
	writeErr error
	owed     atomic.Bool // the engine may have something to send

	closed         atomic.Bool
	sent, received atomic.Int64 // bytes
	asked          atomic.Int64 // nanoseconds: see fetched
}

var _ net.Conn = (*Conn)(nil)

// Client returns the client's side over a transport that is connected.
// serverName is as in engine.Client. Config.Rand and Config.Now must allow
// use by several goroutines where connections share them, as crypto/rand's
// Reader and time.Now do.
func Client(transport net.Conn, cfg *engine.Config, serverName string) *Conn {
	return &Conn{transport: transport, tls: engine.Client(cfg, serverName)}
}

// Server returns the server's side over a transport that was accepted.
func Server(transport net.Conn, cfg *engine.Config) *Conn {
	return &Conn{transport: transport, tls: engine.Server(cfg)}
}

// Info returns what has been negotiated so far.
func (c *Conn) Info() engine.Info {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tls.Info()
}

// Session returns what a client can resume later, or nil. TLS 1.3's tickets
// come after the handshake, while the client reads.
func (c *Conn) Session() *session.Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tls.Session()
}

// KeyUpdate changes the keys of a TLS 1.3 connection as engine.Conn.KeyUpdate
// does.
func (c *Conn) KeyUpdate(request bool) error {
	c.mu.Lock()
	err := c.tls.KeyUpdate(request)
	c.mu.Unlock()
	return errors.Join(c.wrap("write", err), c.flush())
}

// Traffic returns the bytes given to the transport and received from it.
func (c *Conn) Traffic() (sent, received int64) { return c.sent.Load(), c.received.Load() }

// Transport returns what lies beneath. Reading from it or writing to it breaks
// the connection.
func (c *Conn) Transport() net.Conn { return c.transport }

// LocalAddr returns the transport's.
func (c *Conn) LocalAddr() net.Addr { return c.transport.LocalAddr() }

// RemoteAddr returns the transport's.
func (c *Conn) RemoteAddr() net.Addr { return c.transport.RemoteAddr() }

// SetDeadline sets both deadlines.
func (c *Conn) SetDeadline(t time.Time) error { return c.transport.SetDeadline(t) }

// SetReadDeadline bounds reads. One that timed out may be repeated.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.transport.SetReadDeadline(t) }

// SetWriteDeadline bounds writes. One that timed out may have left a record
// half sent, so every later one fails as well.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.transport.SetWriteDeadline(t) }

// wrap says of an engine's error where it happened, as package net does of the
// transport's.
func (c *Conn) wrap(op string, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	if where := (*net.OpError)(nil); errors.As(err, &where) {
		return err
	}
	return &net.OpError{Op: op, Net: c.transport.LocalAddr().Network(), Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
}

func isTimeout(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout()
}
