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

// A Conn is one side of a TLS connection over a transport. Its methods may be called from several
// goroutines at the same time.
type Conn struct {
	transport net.Conn

	mu  sync.Mutex // guards tls; locked last, and never while waiting for the transport
	tls *engine.Conn

	// Handshake. It does not use reading, so a Write does not wait for a Read that has completed
	// the handshake and now waits for data.
	handshaking  sync.Mutex
	complete     atomic.Bool
	handshakeErr error // guarded by handshaking

	// Early data received and not yet read; guarded by handshaking.
	early       []byte
	hasEarly    atomic.Bool
	answerEarly atomic.Bool // HandshakeEarly was called

	// Receiving: in[start:end] is received and not yet given to the engine, plain is decrypted and
	// not yet read. Guarded by handshaking until the handshake is complete, and by reading from
	// then on.
	reading    sync.Mutex
	in         []byte
	start, end int
	plain      []byte
	readErr    error

	// Sending.
	writing  sync.Mutex
	writeErr error
	pending  atomic.Bool // the engine may have bytes to send

	closed         atomic.Bool
	sent, received atomic.Int64 // bytes
	ocspWait       atomic.Int64 // nanoseconds: see OCSPWait
}

var _ net.Conn = (*Conn)(nil)

// Client returns the client's side of a TLS connection over a connected transport. serverName is as
// in engine.Client. If several connections share a Config, its Rand and Now must be safe for use by
// several goroutines, as crypto/rand.Reader and time.Now are.
func Client(transport net.Conn, cfg *engine.Config, serverName string) *Conn {
	return &Conn{transport: transport, tls: engine.Client(cfg, serverName)}
}

// Server returns the server's side of a TLS connection over an accepted transport. A shared Config
// must be as for Client.
func Server(transport net.Conn, cfg *engine.Config) *Conn {
	return &Conn{transport: transport, tls: engine.Server(cfg)}
}

// Info returns what has been negotiated so far.
func (c *Conn) Info() engine.Info {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tls.Info()
}

// Session returns the session that a client can resume, or nil. In TLS 1.3 the client receives it
// after the handshake, while it reads (RFC 9846 §4.7.1).
func (c *Conn) Session() *session.Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tls.Session()
}

// KeyUpdate changes the sending keys of a TLS 1.3 connection; see engine.Conn.KeyUpdate. With
// request set, the peer is asked to change its keys too (RFC 9846 §4.7.3).
func (c *Conn) KeyUpdate(request bool) error {
	c.mu.Lock()
	err := c.tls.KeyUpdate(request)
	c.mu.Unlock()
	return errors.Join(c.wrap("write", err), c.flush())
}

// Traffic returns the bytes written to the transport and read from it so far.
func (c *Conn) Traffic() (sent, received int64) { return c.sent.Load(), c.received.Load() }

// Transport returns the connection beneath. Reading from it or writing to it breaks the TLS
// connection.
func (c *Conn) Transport() net.Conn { return c.transport }

// LocalAddr returns the transport's local address.
func (c *Conn) LocalAddr() net.Addr { return c.transport.LocalAddr() }

// RemoteAddr returns the transport's remote address.
func (c *Conn) RemoteAddr() net.Addr { return c.transport.RemoteAddr() }

// SetDeadline sets the read deadline and the write deadline.
func (c *Conn) SetDeadline(t time.Time) error { return c.transport.SetDeadline(t) }

// SetReadDeadline sets the time at which Reads fail. A Read that timed out may be repeated.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.transport.SetReadDeadline(t) }

// SetWriteDeadline sets the time at which Writes fail. A Write that timed out may have sent part of
// a record, so every later Write fails as well.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.transport.SetWriteDeadline(t) }

// wrap adds the operation and the addresses to an engine's error, as package net does for the
// transport's.
func (c *Conn) wrap(op string, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	if located := (*net.OpError)(nil); errors.As(err, &located) {
		return err
	}
	return &net.OpError{Op: op, Net: c.transport.LocalAddr().Network(), Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
}

func isTimeout(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout()
}
