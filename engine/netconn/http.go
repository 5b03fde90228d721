package netconn

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
)

// maxPage is the longest page that Web makes, in bytes.
const maxPage = 1 << 30

// Web answers HTTP/1.1 on connections whose handshake is done:
//
//	/            what was negotiated, as text
//	/bytes/N     N bytes
type Web struct {
	server  http.Server
	handed  chan net.Conn
	stopped chan struct{}
	once    sync.Once
}

// NewWeb begins to answer. A connection on which nothing moves for so long is
// closed.
func NewWeb(idle time.Duration) *Web {
	w := &Web{handed: make(chan net.Conn), stopped: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", pageOfConnection)
	mux.HandleFunc("/bytes/{n}", pageOfBytes)
	w.server = http.Server{
		Handler:           mux,
		ReadHeaderTimeout: idle, ReadTimeout: idle, IdleTimeout: idle,
		MaxHeaderBytes: 64 << 10,
		ErrorLog:       log.New(io.Discard, "", 0), // a request that breaks off is the connection's affair
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connectionKey{}, c.(*visit).Conn)
		},
	}
	go w.server.Serve((*webListener)(w)) // returns when it is shut down
	return w
}

// Handle answers the requests of one connection until it is over. The caller
// closes it.
func (w *Web) Handle(c *Conn) error {
	v := &visit{Conn: c, idle: w.server.IdleTimeout, over: make(chan struct{})}
	select {
	case w.handed <- v:
		<-v.over
	case <-w.stopped:
		return http.ErrServerClosed
	}
	if err := v.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// Shutdown closes idle connections at once, and busy ones when they have had
// their answer or ctx ends.
func (w *Web) Shutdown(ctx context.Context) error {
	err := w.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = w.server.Close()
	}
	return err
}

// webListener hands connections to the http.Server.
type webListener Web

func (l *webListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.handed:
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

// A visit is a connection that tells when the http.Server is done with it, and
// does not wait longer than idle for room to write.
type visit struct {
	*Conn
	idle   time.Duration
	over   chan struct{}
	once   sync.Once
	failed atomic.Pointer[error] // of reading
}

// Read notes an error that is neither the end nor want of time: idleness ends
// a connection in good order.
func (v *visit) Read(p []byte) (int, error) {
	n, err := v.Conn.Read(p)
	if err != nil && err != io.EOF && !isTimeout(err) {
		v.failed.CompareAndSwap(nil, &err)
	}
	return n, err
}

func (v *visit) Write(p []byte) (int, error) {
	if err := v.SetWriteDeadline(time.Now().Add(v.idle)); err != nil {
		return 0, err
	}
	return v.Conn.Write(p)
}

// Close gives the connection back to Handle. An http.Server that shuts down
// closes one after the other, so there is no waiting here.
func (v *visit) Close() error {
	v.once.Do(func() { close(v.over) })
	return nil
}

type connectionKey struct{}

func pageOfConnection(w http.ResponseWriter, r *http.Request) {
	c := r.Context().Value(connectionKey{}).(*Conn)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	for _, f := range negotiated(c.Info()) {
		fmt.Fprintf(w, "%s: %s\n", f.name, f.value)
	}
}

func pageOfBytes(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 0 || n > maxPage {
		http.Error(w, fmt.Sprintf("want /bytes/N with N up to %d", maxPage), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(n))
	page := make([]byte, min(n, 64<<10))
	for n > 0 {
		sent, err := w.Write(page[:min(n, len(page))])
		if n -= sent; err != nil {
			return
		}
	}
}
