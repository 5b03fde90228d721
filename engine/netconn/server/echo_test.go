package server_test

import (
	"context"
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"tlslab/engine/netconn"
	"tlslab/engine/netconn/internal/nettest"
	"tlslab/engine/netconn/server"
)

func TestEchoEndsWithItsContextAndWhenIdle(t *testing.T) {
	for _, row := range []struct {
		name   string
		idle   time.Duration
		cancel bool
		want   error
	}{{"context", time.Hour, true, context.Canceled}, {"idle", time.Millisecond, false, os.ErrDeadlineExceeded}} {
		dialled, accepted := nettest.Sockets(t)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			s := netconn.Server(accepted, nettest.Config(t))
			err := s.Handshake(t.Context())
			if err == nil {
				err = server.Echo(ctx, s, row.idle)
			}
			ended <- errors.Join(err, s.Shutdown(time.Minute))
		}()
		client := netconn.Client(dialled, nettest.Config(t), nettest.ServerName)
		if err := client.Handshake(t.Context()); err != nil {
			t.Fatal(err)
		}
		if row.cancel {
			cancel()
		}
		if _, err := client.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("%s: %v, want close_notify", row.name, err)
		}
		client.Close()
		if err := <-ended; !errors.Is(err, row.want) {
			t.Errorf("%s: %v, want %v", row.name, err, row.want)
		}
		cancel()
	}
}
