package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"tlslab/engine"
	"tlslab/engine/netconn"
	"tlslab/engine/netconn/server"
	"tlslab/engine/netconn/timing"
	"tlslab/scenarios"
)

// A serveCommand is the verb serve with its flags.
type serveCommand struct {
	socketFlags
	echo             bool
	quiet            bool
	clientRoot       string
	responder        string
	handshake, idle  time.Duration
	connectionsLimit int

	config  *engine.Config
	keys    *netconn.KeyLog
	web     *server.Web
	out     *printer
	warn    func(error)
	counter atomic.Int64
}

func (a *app) serveVerb() *cobra.Command {
	s := &serveCommand{}
	verb := &cobra.Command{
		Use:   "serve",
		Short: "Serve TLS on a real socket",
		Long: `Serve TLS on a real socket with tlslab's own engine. The page / shows the negotiated parameters, and
/bytes/N has N bytes. The server makes its certificate when it starts; --root writes the root
certificate to a file.`,
		Example: `  tlslab serve --root root.pem
  tlslab serve --addr :8443 --echo --set tls.version=1.2 --set tls.certificate=rsa2048`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serve(cmd.Context(), s) },
	}
	s.addTo(verb, "127.0.0.1:4433", "write the root certificate to this `file` (PEM)")
	verb.Flags().BoolVar(&s.echo, "echo", false, "send all data back, in place of HTTP")
	verb.Flags().StringVar(&s.clientRoot, "client-root", "", "trust client certificates issued by the root certificates in this `file` (PEM); needs tls.client_auth")
	verb.Flags().StringVar(&s.responder, "responder", "", "run an OCSP responder at `HOST:PORT`; needs tls.revocation=fetched")
	verb.Flags().BoolVar(&s.quiet, "quiet", false, "do not print connections")
	verb.Flags().DurationVar(&s.handshake, "handshake-timeout", 10*time.Second, "time limit of a handshake")
	verb.Flags().DurationVar(&s.idle, "idle-timeout", time.Minute, "close a connection without data after this time")
	verb.Flags().IntVar(&s.connectionsLimit, "connections", 10_000, "connections served at a time; further ones wait")
	return verb
}

// grace is the time for which connections may continue after the server was told to stop.
const grace = 5 * time.Second

// serve runs until ctx ends, which is no error.
func (a *app) serve(ctx context.Context, s *serveCommand) error {
	if s.connectionsLimit < 1 || s.handshake <= 0 || s.idle <= 0 {
		return usageError{errors.New("--connections, --handshake-timeout and --idle-timeout must be more than 0")}
	}
	host, _, err := net.SplitHostPort(s.addr)
	if err != nil {
		return usageError{fmt.Errorf("--addr %s: %w", s.addr, err)}
	}
	ocsp, err := listenResponder(s.responder)
	if err != nil {
		return err
	}
	defer ocsp.close()
	sockets, err := scenarios.NewSockets(s.sets, ocsp.url(), namesOf(host)...)
	if err != nil {
		return err
	}
	if err := ocsp.check(sockets); err != nil {
		return err
	}
	ocsp.answer(sockets, s.idle)
	s.config = sockets.Server
	if s.config.ALPN == nil && !s.echo {
		s.config.ALPN = []string{"http/1.1"}
	}
	if err := s.trustClients(); err != nil {
		return err
	}
	var closeKeys func() error
	if s.keys, closeKeys, err = openKeyLog(); err != nil {
		return err
	}
	if s.root != "" {
		if err := writeRoots(s.root, sockets.Roots...); err != nil {
			return errors.Join(err, closeKeys())
		}
	}
	l, err := net.Listen("tcp", s.addr)
	if err != nil {
		return errors.Join(err, closeKeys())
	}
	a.warn("listening on %v", l.Addr())
	s.out = &printer{app: a, json: s.json}
	s.warn = func(err error) { a.warn("warning: %v", err) }
	return errors.Join(s.run(ctx, l), closeKeys())
}

// trustClients reads the roots for client certificates if the server asks for them.
func (s *serveCommand) trustClients() (err error) {
	switch asked := s.config.ClientAuth != engine.ClientAuthNone; {
	case asked && s.clientRoot == "":
		return usageError{errors.New("tls.client_auth needs --client-root: the root certificates to trust")}
	case !asked && s.clientRoot != "":
		return usageError{errors.New("--client-root needs tls.client_auth: the server does not ask clients for certificates")}
	case asked:
		if s.config.ClientCAs, err = readRoots(s.clientRoot); err != nil {
			return fmt.Errorf("--client-root: %w", err)
		}
	}
	return err
}

// namesOf are the names in the certificate of a server that listens at a host: those of this
// machine, and the host itself.
func namesOf(host string) []string {
	names := []string{"localhost", "127.0.0.1", "::1"}
	if ip := net.ParseIP(host); host != "" && host != "localhost" && (ip == nil || !ip.IsLoopback() && !ip.IsUnspecified()) {
		names = append(names, host)
	}
	return names
}

func (s *serveCommand) run(ctx context.Context, l net.Listener) error {
	if s.echo {
		return server.Serve(ctx, l, s.connectionsLimit, s.connection, s.warn)
	}
	s.web = server.NewWeb(s.idle)
	stopped := make(chan error, 1)
	defer context.AfterFunc(ctx, func() {
		late, cancel := context.WithTimeout(context.Background(), grace)
		defer cancel()
		stopped <- s.web.Shutdown(late)
	})()
	err := server.Serve(ctx, l, s.connectionsLimit, s.connection, s.warn)
	if ctx.Err() != nil {
		err = errors.Join(err, <-stopped)
	}
	return err
}

// connection serves one connection and prints its measurement.
func (s *serveCommand) connection(ctx context.Context, transport net.Conn) {
	timeline := timing.NewTimeline(time.Now())
	c := netconn.Server(transport, observed(s.config, timeline, s.keys))
	m := timing.Measurement{Connection: int(s.counter.Add(1)), Peer: transport.RemoteAddr().String()}
	handshaking, cancel := context.WithTimeout(ctx, s.handshake)
	err := c.HandshakeEarly(handshaking) // replayed early data does no harm here
	cancel()
	if c.Info().Done {
		m.Metrics = append(m.Metrics, timing.Duration("tls", timeline.Since()))
	}
	if err == nil {
		if s.echo {
			err = server.Echo(ctx, c, s.idle)
		} else {
			err = s.web.Handle(c)
		}
	}
	if err == nil && !c.Info().Done { // the whole request was early data
		err = errors.Join(c.SetDeadline(time.Now().Add(lingering)), c.Handshake(context.WithoutCancel(ctx)))
	}
	_ = c.Shutdown(lingering) // the peer may have closed the connection already
	if s.quiet {
		return
	}
	m.Outcome, m.Info, m.Messages = timing.Outcome(err), c.Info(), timeline.Entries()
	down, up := c.Traffic()
	m.Metrics = append(m.Metrics, timing.Metric{Name: "bytes-up", Value: up}, timing.Metric{Name: "bytes-down", Value: down})
	if err := s.out.print(m, false); err != nil {
		s.warn(err)
	}
}

// lingering is the time for which a closing connection waits for the peer's close_notify.
const lingering = time.Second
