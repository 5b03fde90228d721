package netconn

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"tlslab/engine"
	"tlslab/engine/alert"
	"tlslab/engine/netconn/internal/nettest"
	"tlslab/engine/pki"
)

func TestDataIsEchoed(t *testing.T) {
	everyPair(t, func(t *testing.T, client, server nettest.HalfCloser) {
		echoed := make(chan error, 1)
		go func() { echoed <- nettest.Echo(server) }()
		for _, size := range []int{0, 1, 16383, 16384, 16385, 3 << 20} {
			sent := bytes.Repeat([]byte{byte(size), 2, 3}, size/3+1)[:size]
			written := make(chan error, 1)
			go func() {
				_, err := client.Write(sent)
				written <- err
			}()
			got := make([]byte, size)
			if _, err := io.ReadFull(client, got); err != nil {
				t.Fatalf("%d bytes: %v", size, err)
			}
			if err := <-written; err != nil || !bytes.Equal(got, sent) {
				t.Fatalf("%d bytes: error %v, or the data differ", size, err)
			}
		}
		if err := client.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if n, err := client.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("after the end: %d bytes, %v; want io.EOF", n, err)
		}
		if err := <-echoed; err != nil {
			t.Error(err)
		}
	})
}

func TestAnEndWithoutCloseNotifyIsATruncation(t *testing.T) {
	for _, row := range []struct {
		name string
		end  func(*tls.Conn) error
		want error
	}{
		{"close_notify", func(c *tls.Conn) error { return c.Close() }, io.EOF},
		{"nothing", func(c *tls.Conn) error { return c.NetConn().Close() }, engine.ErrTruncated},
	} {
		c, s := nettest.Sockets(t)
		peer := tls.Server(s, nettest.StdConfig(t))
		go func() {
			if _, err := peer.Write([]byte("half an answer")); err == nil {
				_ = row.end(peer)
			}
		}()
		got, err := io.ReadAll(Client(c, nettest.Config(t), serverName))
		if err == nil {
			err = io.EOF
		}
		if string(got) != "half an answer" || !errors.Is(err, row.want) {
			t.Errorf("%s: got %q, %v; want %v", row.name, got, err, row.want)
		}
		var where *net.OpError
		if err != io.EOF && (!errors.As(err, &where) || where.Op != "read" || where.Addr.String() != c.RemoteAddr().String()) {
			t.Errorf("%s: %v has no addresses", row.name, err)
		}
	}
}

func TestReadsWritesAndKeyUpdatesRunConcurrently(t *testing.T) {
	c, s := nettest.Sockets(t)
	cfg := nettest.Config(t)
	client, server := Client(c, cfg, serverName), Server(s, cfg)
	data := bytes.Repeat([]byte("full duplex "), 1<<17)
	var all sync.WaitGroup
	for _, conn := range []*Conn{client, server} {
		all.Go(func() {
			for rest := data; len(rest) > 0; {
				n := min(100_000, len(rest))
				if _, err := conn.Write(rest[:n]); err != nil {
					t.Error(err)
					return
				}
				if err := conn.KeyUpdate(true); err != nil {
					t.Error(err)
				}
				rest = rest[n:]
			}
			if err := conn.CloseWrite(); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() {
			got, err := io.ReadAll(conn)
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("%d of %d bytes, %v", len(got), len(data), err)
			}
		})
	}
	all.Wait()
}

func TestAReadThatTimedOutMayBeRepeated(t *testing.T) {
	c, s := nettest.Sockets(t)
	client, server := Client(c, nettest.Config(t), serverName), Server(s, nettest.Config(t))
	shaken := make(chan error, 1)
	go func() { shaken <- server.Handshake(t.Context()) }()
	if err := errors.Join(client.Handshake(t.Context()), <-shaken); err != nil {
		t.Fatal(err)
	}
	if err := client.SetReadDeadline(time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v, want a timeout", err)
	}
	if err := client.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	if _, err := server.Write([]byte("late")); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 4)
	if _, err := io.ReadFull(client, got); err != nil || string(got) != "late" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestAWriteThatTimedOutEndsWriting(t *testing.T) {
	c, s := nettest.Sockets(t)
	client, server := Client(c, nettest.Config(t), serverName), Server(s, nettest.Config(t))
	go server.Handshake(t.Context())
	if err := client.Handshake(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := client.SetWriteDeadline(time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if n, err := client.Write([]byte("x")); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("wrote %d bytes, %v; want a timeout", n, err)
		}
		if err := client.SetWriteDeadline(time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
}

// A signalingConn is a transport that signals when it is read from.
type signalingConn struct {
	net.Conn
	read chan struct{}
}

func (a *signalingConn) Read(p []byte) (int, error) {
	a.read <- struct{}{}
	return a.Conn.Read(p)
}

func TestAHandshakeIsCanceledWithItsContext(t *testing.T) {
	c, s := nettest.Sockets(t)
	ctx, cancel := context.WithCancel(t.Context())
	transport := &signalingConn{c, make(chan struct{}, 1)}
	client := Client(transport, nettest.Config(t), serverName)
	failed := make(chan error, 1)
	go func() { failed <- client.Handshake(ctx) }()
	<-transport.read // the ClientHello was sent, and stays without answer
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if _, err := client.Write([]byte("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("afterwards: got %v", err)
	}
	alerts := []byte{21, 3, 3, 0, 2, 1, byte(alert.UserCanceled), 21, 3, 3, 0, 2, 1, byte(alert.CloseNotify)}
	if got, err := io.ReadAll(s); err != nil || !bytes.HasSuffix(got, alerts) {
		t.Errorf("the server gets % x, %v; want % x", got[max(0, len(got)-len(alerts)):], err, alerts)
	}
}

func TestThePeerMayCancelAHandshake(t *testing.T) {
	c, s := nettest.Sockets(t)
	server := Server(s, nettest.Config(t))
	ended := make(chan error, 1)
	go func() { ended <- server.Handshake(t.Context()) }()
	if _, err := c.Write([]byte{21, 3, 1, 0, 2, 1, byte(alert.UserCanceled), 21, 3, 1, 0, 2, 1, byte(alert.CloseNotify)}); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v, want %v", err, io.ErrUnexpectedEOF)
	}
}

func TestAFailedHandshakeIsAnErrorOnBothSides(t *testing.T) {
	c, s := nettest.Sockets(t)
	cfg := nettest.Config(t)
	cfg.Roots, _ = pki.NewRoots()
	client, server := Client(c, cfg, serverName), Server(s, nettest.Config(t))
	refused := make(chan error, 1)
	go func() { refused <- server.Handshake(t.Context()) }()
	err := client.Handshake(t.Context())
	if !errors.Is(err, pki.FaultUnknownCA) {
		t.Errorf("client: %v", err)
	}
	if again := client.Handshake(t.Context()); again != err {
		t.Errorf("the second time: %v", again)
	}
	var remote *engine.Error
	if err := <-refused; !errors.As(err, &remote) || remote.Fault != engine.FaultRemote || remote.Alert != alert.UnknownCA {
		t.Errorf("server: %v", err)
	}
}

func TestThePeerGetsTheAlertBeforeShutdown(t *testing.T) {
	c, s := nettest.Sockets(t)
	server := Server(s, nettest.Config(t))
	ended := make(chan error, 1)
	go func() {
		_, err := server.Read(make([]byte, 1))
		ended <- errors.Join(err, server.Shutdown(time.Minute))
	}()
	// Far more than the server reads before it fails.
	if _, err := c.Write(append([]byte{22, 3, 1, 0, 4, 20, 0, 0, 0}, make([]byte, 100_000)...)); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(c)
	if want := []byte{21, 3, 3, 0, 2, 2, byte(alert.UnexpectedMessage)}; err != nil || !bytes.Equal(got, want) {
		t.Errorf("got % x, %v; want % x", got, err, want)
	}
	c.Close()
	var why *engine.Error
	if err := <-ended; !errors.As(err, &why) || why.Fault != engine.FaultPeer {
		t.Errorf("server: %v", err)
	}
}

func TestCloseInterruptsAWrite(t *testing.T) {
	c, s := nettest.Sockets(t)
	client, server := Client(c, nettest.Config(t), serverName), Server(s, nettest.Config(t))
	go server.Handshake(t.Context())
	if err := client.Handshake(t.Context()); err != nil {
		t.Fatal(err)
	}
	written := make(chan error, 1)
	go func() {
		var err error
		for err == nil { // until the socket takes no more
			_, err = client.Write(make([]byte, 1<<20))
		}
		written <- err
	}()
	for client.writing.TryLock() { // the write has not begun
		client.writing.Unlock()
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
	if err := <-written; errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the write continued to its deadline: %v", err)
	}
	if err := client.Close(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("closing again: %v", err)
	}
}

func TestBuffersStayBounded(t *testing.T) {
	c, s := nettest.Sockets(t)
	client, server := Client(c, nettest.Config(t), serverName), Server(s, nettest.Config(t))
	go func() {
		_, _ = server.Write(make([]byte, 4<<20))
		_ = server.Close()
	}()
	if n, err := io.Copy(io.Discard, client); n != 4<<20 || err != nil {
		t.Fatalf("%d bytes, %v", n, err)
	}
	if len(client.in) > maxReceive {
		t.Errorf("a buffer of %d bytes, want at most %d", len(client.in), maxReceive)
	}
}

func TestManyConnectionsAtOnce(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	server, client := nettest.Config(t), nettest.Config(t)
	go func() {
		for {
			s, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer s.Close()
				_ = nettest.Echo(Server(s, server))
			}()
		}
	}()
	const connections = 300
	var open, all sync.WaitGroup
	open.Add(connections) // each waits until all connections are open
	for range connections {
		all.Go(func() {
			transport, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				open.Done()
				t.Error(err)
				return
			}
			defer transport.Close()
			conn := Client(transport, client, serverName)
			err = conn.Handshake(t.Context())
			open.Done()
			open.Wait()
			got := make([]byte, 4)
			if err == nil {
				_, err = conn.Write([]byte("ping"))
			}
			if err == nil {
				_, err = io.ReadFull(conn, got)
			}
			if err != nil || string(got) != "ping" {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
	all.Wait()
}
