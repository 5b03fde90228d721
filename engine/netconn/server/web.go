package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"tlslab/engine/netconn"
	"tlslab/engine/netconn/timing"
)

// maxBytes is the longest response of /bytes/N.
const maxBytes = 1 << 30

// A Web answers HTTP/1.1 requests on TLS connections:
//
//	/            the negotiated parameters, as text
//	/bytes/N     N zero bytes, N up to 2^30
type Web struct {
	server  http.Server
	conns   chan net.Conn // from Handle to the http.Server
	stopped chan struct{} // closed by Shutdown
	once    sync.Once
}

// NewWeb starts a Web. It closes a connection on which reading or writing makes no progress for
// idle.
func NewWeb(idle time.Duration) *Web {
	w := &Web{conns: make(chan net.Conn), stopped: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", serveNegotiated)
	mux.HandleFunc("/bytes/{n}", serveBytes)
	w.server = http.Server{
		Handler:           mux,
		ReadHeaderTimeout: idle, ReadTimeout: idle, IdleTimeout: idle,
		MaxHeaderBytes: 64 << 10,
		ErrorLog:       log.New(io.Discard, "", 0), // Handle returns a connection's error
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, c.(*webConn).Conn)
		},
	}
	go w.server.Serve((*webListener)(w)) // returns on Shutdown
	return w
}

// Handle answers the requests of one connection until it ends. It returns the first error of
// reading that is neither the peer's close_notify nor idleness, and http.ErrServerClosed after
// Shutdown. The caller closes c.
func (w *Web) Handle(c *netconn.Conn) error {
	conn := &webConn{Conn: c, idle: w.server.IdleTimeout, done: make(chan struct{})}
	select {
	case w.conns <- conn:
		<-conn.done
	case <-w.stopped:
		return http.ErrServerClosed
	}
	if err := conn.readErr.Load(); err != nil {
		return *err
	}
	return nil
}

// Shutdown ends idle connections at once and busy ones after their response, at the latest when ctx
// ends.
func (w *Web) Shutdown(ctx context.Context) error {
	err := w.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = w.server.Close()
	}
	return err
}

// A webListener gives the http.Server the connections of Handle.
type webListener Web

func (l *webListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.stopped:
		return nil, net.ErrClosed
	}
}

func (l *webListener) Close() error {
	l.once.Do(func() { close(l.stopped) })
	return nil
}

func (l *webListener) Addr() net.Addr { return &net.TCPAddr{} }

// A webConn is a connection that the http.Server serves.
type webConn struct {
	*netconn.Conn
	idle    time.Duration
	done    chan struct{} // closed when the http.Server closes the connection
	once    sync.Once
	readErr atomic.Pointer[error]
}

// Read keeps an error that is neither io.EOF nor a timeout, by which an idle connection ends.
func (c *webConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil && err != io.EOF && !isTimeout(err) {
		c.readErr.CompareAndSwap(nil, &err)
	}
	return n, err
}

func isTimeout(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout()
}

// Write fails if it makes no progress for idle. http.Server has no such timeout.
func (c *webConn) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(c.idle)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// Close lets Handle return and leaves the connection open for Handle's caller. It must not wait:
// http.Server's Shutdown closes connections one after the other.
func (c *webConn) Close() error {
	c.once.Do(func() { close(c.done) })
	return nil
}

type connKey struct{}

func serveNegotiated(w http.ResponseWriter, r *http.Request) {
	c := r.Context().Value(connKey{}).(*netconn.Conn)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	for _, p := range timing.Negotiated(c.Info()) {
		fmt.Fprintf(w, "%s: %s\n", p.Name, p.Value)
	}
}

func serveBytes(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 0 || n > maxBytes {
		http.Error(w, fmt.Sprintf("want /bytes/N with N from 0 to %d", maxBytes), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(n))
	zeros := make([]byte, min(n, 64<<10))
	for n > 0 {
		sent, err := w.Write(zeros[:min(n, len(zeros))])
		if n -= sent; err != nil {
			return
		}
	}
}
