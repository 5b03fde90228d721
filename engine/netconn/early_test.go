package netconn

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"tlslab/engine"
	"tlslab/engine/netconn/internal/nettest"
	"tlslab/engine/session"
)

// earlyConfigs makes a first connection and returns the configurations of a second, which may have
// up to 1000 bytes of early data.
func earlyConfigs(t *testing.T) (client, server *engine.Config) {
	t.Helper()
	client, server = nettest.Config(t), nettest.Config(t)
	client.EarlyData = true
	server.MaxEarlyData, server.AntiReplay = 1000, session.ClientHelloRecording(10, time.Time{})
	c, s := earlySides(t, client, server)
	served := make(chan error, 1)
	go func() {
		_, err := s.Write([]byte("x"))
		served <- err
	}()
	_, err := io.ReadFull(c, make([]byte, 1)) // the tickets come first
	if err := errors.Join(err, <-served); err != nil {
		t.Fatal(err)
	}
	if client.Session = c.Session(); client.Session == nil {
		t.Fatal("no session to resume")
	}
	return client, server
}

func earlySides(t *testing.T, client, server *engine.Config) (c, s *Conn) {
	dialled, accepted := nettest.Sockets(t)
	return Client(dialled, client, serverName), Server(accepted, server)
}

func TestEarlyDataIsReadOnceTheHandshakeIsDone(t *testing.T) {
	for _, x := range []struct {
		name   string
		change func(server *engine.Config)
		size   int
		early  int // bytes that EarlyWrite accepts
		want   engine.EarlyData
	}{
		{"accepted", func(*engine.Config) {}, 700, 700, engine.EarlyAccepted},
		{"more than the limit", func(*engine.Config) {}, 100_000, 1000, engine.EarlyAccepted},
		{"rejected", func(s *engine.Config) { s.MaxEarlyData = 0 }, 700, 700, engine.EarlyRejected},
		{"HelloRetryRequest", func(s *engine.Config) { s.Groups = []engine.Group{engine.P256} }, 700, 700, engine.EarlyRejected},
		{"not resumed", func(s *engine.Config) { s.Tickets = nil }, 700, 700, engine.EarlyRejected},
	} {
		t.Run(x.name, func(t *testing.T) {
			client, server := earlyConfigs(t)
			x.change(server)
			c, s := earlySides(t, client, server)
			data := bytes.Repeat([]byte("early "), x.size)[:x.size]
			n, err := c.EarlyWrite(data)
			if err != nil || n != x.early {
				t.Fatalf("%d bytes of early data, want %d; %v", n, x.early, err)
			}
			echoed := make(chan error, 1)
			go func() { echoed <- nettest.Echo(s) }()
			if err := c.Handshake(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := c.Info().EarlyData; got != x.want {
				t.Errorf("early data is %v, want %v", got, x.want)
			}
			if x.want == engine.EarlyRejected {
				n = 0
			}
			written := make(chan error, 1)
			go func() {
				_, err := c.Write(data[n:])
				written <- errors.Join(err, c.CloseWrite())
			}()
			got, err := io.ReadAll(c)
			if err := errors.Join(err, <-written, <-echoed); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%d bytes echoed of %d; %v", len(got), len(data), err)
			}
			if again, err := c.EarlyWrite(data); again != 0 || err != nil {
				t.Errorf("%d bytes of early data after the handshake, %v", again, err)
			}
		})
	}
}

// After HandshakeEarly, a server reads and answers early data before the client's Finished.
func TestHandshakeEarlyAnswersEarlyData(t *testing.T) {
	client, server := earlyConfigs(t)
	c, s := earlySides(t, client, server)
	if _, err := c.EarlyWrite([]byte("question?")); err != nil {
		t.Fatal(err)
	}
	if err := s.HandshakeEarly(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 9)
	if _, err := io.ReadFull(s, got); err != nil || string(got) != "question?" {
		t.Fatalf("the server has read %q, %v", got, err)
	}
	if _, err := s.Write([]byte("answer!")); err != nil || s.Info().Done {
		t.Fatalf("the server's handshake is complete: %v, %v", s.Info().Done, err)
	}
	answer := make([]byte, 7)
	if _, err := io.ReadFull(c, answer); err != nil || string(answer) != "answer!" {
		t.Fatalf("the client has read %q, %v", answer, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- errors.Join(c.CloseWrite(), s.Handshake(t.Context())) }()
	if n, err := s.Read(got); n != 0 || err != io.EOF {
		t.Errorf("after close_notify: %d bytes, %v", n, err)
	}
	if err := <-ended; err != nil || !s.Info().Done {
		t.Errorf("the server's handshake is done: %v, error %v", s.Info().Done, err)
	}
}
