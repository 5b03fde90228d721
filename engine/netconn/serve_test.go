package netconn

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// serving runs Serve on a port of its own until the test ends, or stop is
// called, which returns what Serve did.
func serving(t *testing.T, limit int, handle func(context.Context, net.Conn), warn func(error)) (addr string, stop func() error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, l, limit, handle, warn) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() { stop() })
	return l.Addr().String(), stop
}

func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNoMoreConnectionsThanTheLimitAreServedAtATime(t *testing.T) {
	var now, most atomic.Int32
	addr, stop := serving(t, 2, func(_ context.Context, c net.Conn) {
		defer now.Add(-1)
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		_, _ = c.Write([]byte("x"))
		_, _ = io.Copy(io.Discard, c)
	}, func(err error) { t.Error(err) })
	conns := make([]net.Conn, 10)
	for i := range conns {
		conns[i] = dial(t, addr)
	}
	for _, c := range conns {
		if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
			t.Error(err)
		}
		c.Close() // makes room for the next but one
	}
	if err := stop(); err != nil || most.Load() != 2 {
		t.Errorf("%d connections at a time, want 2; %v", most.Load(), err)
	}
}

func TestAPanicCostsOneConnection(t *testing.T) {
	warned := make(chan error, 1)
	addr, _ := serving(t, 10, func(_ context.Context, c net.Conn) {
		b := make([]byte, 1)
		if _, err := io.ReadFull(c, b); err != nil || b[0] == '!' {
			panic("a defect")
		}
		_, _ = c.Write(b)
	}, func(err error) { warned <- err })
	bad, good := dial(t, addr), dial(t, addr)
	if _, err := bad.Write([]byte("!")); err != nil {
		t.Fatal(err)
	}
	if n, _ := bad.Read(make([]byte, 1)); n != 0 {
		t.Error("an answer after a panic")
	}
	if err := <-warned; !strings.Contains(err.Error(), "a defect") {
		t.Errorf("warned of %v", err)
	}
	if _, err := good.Write([]byte(".")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(good, make([]byte, 1)); err != nil {
		t.Errorf("the other connection: %v", err)
	}
}

// A failing listener has nothing but errors, and then closes.
type failingListener struct {
	net.Listener
	left int
}

func (l *failingListener) Accept() (net.Conn, error) {
	if l.left--; l.left < 0 {
		return nil, net.ErrClosed
	}
	return nil, errors.New("too many open files")
}

func (*failingListener) Close() error { return nil }

func TestAListenerThatFailsForAWhileIsAskedAgain(t *testing.T) {
	var warnings []error
	err := Serve(t.Context(), &failingListener{left: 3}, 1, nil, func(err error) { warnings = append(warnings, err) })
	if !errors.Is(err, net.ErrClosed) || len(warnings) != 3 {
		t.Errorf("%d warnings, %v", len(warnings), err)
	}
}

func TestEchoEndsWithItsContextAndWithIdleness(t *testing.T) {
	for _, row := range []struct {
		name string
		idle time.Duration
		end  bool
	}{{"context", time.Hour, true}, {"idleness", time.Millisecond, false}} {
		c, s := sockets(t)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			server := Server(s, ourConfig(t))
			err := server.Handshake(t.Context())
			if err == nil {
				err = Echo(ctx, server, row.idle)
			}
			ended <- errors.Join(err, server.Shutdown(time.Minute))
		}()
		client := Client(c, ourConfig(t), serverName)
		if err := client.Handshake(t.Context()); err != nil {
			t.Fatal(err)
		}
		if row.end {
			cancel()
		}
		if _, err := client.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("%s: %v, want a close_notify", row.name, err)
		}
		client.Close()
		if err := <-ended; row.end != errors.Is(err, context.Canceled) || row.end == isTimeout(err) {
			t.Errorf("%s: %v", row.name, err)
		}
		cancel()
	}
}

// webServer serves pages and returns an address.
func webServer(t *testing.T, idle time.Duration) (addr string, web *Web) {
	t.Helper()
	web = NewWeb(idle)
	t.Cleanup(func() { web.Shutdown(t.Context()) })
	cfg := ourConfig(t)
	addr, _ = serving(t, 100, func(_ context.Context, transport net.Conn) {
		c := Server(transport, cfg)
		if c.Handshake(t.Context()) == nil {
			_ = web.Handle(c)
		}
		_ = c.Shutdown(time.Minute)
	}, func(err error) { t.Error(err) })
	return addr, web
}

func TestPages(t *testing.T) {
	addr, _ := webServer(t, time.Minute)
	transport := &http.Transport{TLSClientConfig: stdConfig(t)}
	defer transport.CloseIdleConnections()
	browser := &http.Client{Transport: transport, Timeout: time.Minute}
	for _, row := range []struct {
		path   string
		status int
		length int
		holds  string
	}{
		{"/", 200, -1, "version: 1.3\n"},
		{"/bytes/0", 200, 0, ""},
		{"/bytes/100000", 200, 100000, "\x00\x00"},
		{"/bytes/-1", 400, -1, "want"},
		{"/bytes/99999999999999999999", 400, -1, "want"},
		{"/nothing", 404, -1, ""},
	} {
		response, err := browser.Get("https://" + addr + row.path)
		if err != nil {
			t.Fatalf("%s: %v", row.path, err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != row.status || row.length >= 0 && len(body) != row.length || !strings.Contains(string(body), row.holds) {
			t.Errorf("%s: %s, %d bytes, %v", row.path, response.Status, len(body), err)
		}
	}
}

func TestAnIdleVisitorIsSentAway(t *testing.T) {
	addr, _ := webServer(t, time.Millisecond)
	client := Client(dial(t, addr), ourConfig(t), serverName)
	if _, err := client.Write([]byte("GET / HT")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(client); err != nil {
		t.Errorf("%v, want an end in good order", err)
	}
}

func TestShutdownOfTheWebEndsIdleConnections(t *testing.T) {
	addr, web := webServer(t, time.Hour)
	client := Client(dial(t, addr), ourConfig(t), serverName)
	if _, err := client.Write([]byte("GET /bytes/1 HTTP/1.1\r\nHost: x\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 12)
	if _, err := io.ReadFull(client, answer); err != nil || string(answer) != "HTTP/1.1 200" {
		t.Fatalf("%q, %v", answer, err)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- web.Shutdown(t.Context()) }()
	if _, err := io.ReadAll(client); err != nil {
		t.Error(err)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}
