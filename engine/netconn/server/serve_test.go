package server_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"tlslab/engine/netconn/internal/nettest"
	"tlslab/engine/netconn/server"
)

// startServe runs Serve until the test ends or stop is called, which returns Serve's error.
func startServe(t *testing.T, limit int, handle func(context.Context, net.Conn), warn func(error)) (addr string, stop func() error) {
	t.Helper()
	l := nettest.Listen(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, l, limit, handle, warn) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() { stop() })
	return l.Addr().String(), stop
}

func TestServeBoundsOpenConnections(t *testing.T) {
	var open, most atomic.Int32
	addr, stop := startServe(t, 2, func(_ context.Context, c net.Conn) {
		defer open.Add(-1)
		if n := open.Add(1); n > most.Load() {
			most.Store(n)
		}
		_, _ = c.Write([]byte("x"))
		_, _ = io.Copy(io.Discard, c)
	}, func(err error) { t.Error(err) })
	conns := make([]net.Conn, 10)
	for i := range conns {
		conns[i] = nettest.Dial(t, addr)
	}
	for _, c := range conns {
		if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
			t.Error(err)
		}
		c.Close() // frees a slot
	}
	if err := stop(); err != nil || most.Load() != 2 {
		t.Errorf("%d connections open at a time, want 2; %v", most.Load(), err)
	}
}

func TestAPanicEndsItsConnectionOnly(t *testing.T) {
	warnings := make(chan error, 1)
	addr, _ := startServe(t, 10, func(_ context.Context, c net.Conn) {
		b := make([]byte, 1)
		if _, err := io.ReadFull(c, b); err != nil || b[0] == '!' {
			panic("a defect")
		}
		_, _ = c.Write(b)
	}, func(err error) { warnings <- err })
	bad, good := nettest.Dial(t, addr), nettest.Dial(t, addr)
	if _, err := bad.Write([]byte("!")); err != nil {
		t.Fatal(err)
	}
	if n, _ := bad.Read(make([]byte, 1)); n != 0 {
		t.Error("an answer after a panic")
	}
	if err := <-warnings; !strings.Contains(err.Error(), "a defect") {
		t.Errorf("warning %v", err)
	}
	if _, err := good.Write([]byte(".")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(good, make([]byte, 1)); err != nil {
		t.Errorf("the other connection: %v", err)
	}
}

// A failingListener's Accept fails a number of times. Then the listener is closed.
type failingListener struct {
	net.Listener
	failures int
}

func (l *failingListener) Accept() (net.Conn, error) {
	if l.failures--; l.failures < 0 {
		return nil, net.ErrClosed
	}
	return nil, errors.New("too many open files")
}

func (*failingListener) Close() error { return nil }

func TestServeAcceptsAgainAfterAFailure(t *testing.T) {
	var warnings []error
	err := server.Serve(t.Context(), &failingListener{failures: 3}, 1, nil, func(err error) { warnings = append(warnings, err) })
	if !errors.Is(err, net.ErrClosed) || len(warnings) != 3 {
		t.Errorf("%d warnings, %v", len(warnings), err)
	}
}
