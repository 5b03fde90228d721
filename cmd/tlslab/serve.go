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
		Long: `Serve TLS on a real socket with the lab's engine. Browsers and curl get a page that says what was negotiated, and /bytes/N has N
bytes. The server's certificate is made at the start; --root leaves the authority to trust in a file.`,
		Example: `  tlslab serve --root root.pem
  tlslab serve --addr :8443 --echo --set tls.version=1.2 --set tls.certificate=rsa2048`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serve(cmd.Context(), s) },
	}
	s.addTo(verb, "127.0.0.1:4433", "write the root certificate to this `file` (PEM)")
	verb.Flags().BoolVar(&s.echo, "echo", false, "send back what comes, in place of HTTP")
	verb.Flags().StringVar(&s.clientRoot, "client-root", "", "trust clients whose certificates lead to those of this `file` (PEM); tls.client_auth says whether they need one")
	verb.Flags().StringVar(&s.responder, "responder", "", "answer for the certificate's authority at `HOST:PORT`, where tls.revocation=fetched lets clients ask it (OCSP over HTTP)")
	verb.Flags().BoolVar(&s.quiet, "quiet", false, "print nothing of connections")
	verb.Flags().DurationVar(&s.handshake, "handshake-timeout", 10*time.Second, "time for a handshake")
	verb.Flags().DurationVar(&s.idle, "idle-timeout", time.Minute, "close a connection on which nothing moves for so long")
	verb.Flags().IntVar(&s.connectionsLimit, "connections", 10_000, "connections at a time; further ones wait")
	return verb
}

// grace is how long connections may go on after the server was told to stop.
const grace = 5 * time.Second

// serve runs until ctx ends, which is what a user who interrupts it wants.
func (a *app) serve(ctx context.Context, s *serveCommand) error {
	if s.connectionsLimit < 1 || s.handshake <= 0 || s.idle <= 0 {
		return usageError{errors.New("--connections and the timeouts want to be more than 0")}
	}
	host, _, err := net.SplitHostPort(s.addr)
	if err != nil {
		return usageError{fmt.Errorf("--addr %s: %w", s.addr, err)}
	}
	asked, err := listenResponder(s.responder)
	if err != nil {
		return err
	}
	defer asked.close()
	sockets, err := scenarios.NewSockets(s.sets, asked.url(), namesOf(host)...)
	if err != nil {
		return err
	}
	if err := asked.check(sockets); err != nil {
		return err
	}
	asked.answer(sockets, s.idle)
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

// trustClients reads whom to trust where clients are asked for certificates.
func (s *serveCommand) trustClients() (err error) {
	switch asked := s.config.ClientAuth != engine.ClientAuthNone; {
	case asked && s.clientRoot == "":
		return usageError{errors.New("tls.client_auth: --client-root says whose certificates to trust")}
	case !asked && s.clientRoot != "":
		return usageError{errors.New("--client-root: tls.client_auth does not ask clients for certificates")}
	case asked:
		s.config.ClientCAs, err = readRoots(s.clientRoot)
	}
	return err
}

// namesOf are the names that a client on this machine, or of that address, may know the server by.
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

// connection serves one connection and prints what came of it.
func (s *serveCommand) connection(ctx context.Context, transport net.Conn) {
	timeline := timing.NewTimeline(time.Now())
	c := netconn.Server(transport, watched(s.config, timeline, s.keys))
	m := timing.Measurement{Connection: int(s.counter.Add(1)), Peer: transport.RemoteAddr().String()}
	shaking, cancel := context.WithTimeout(ctx, s.handshake)
	err := c.HandshakeEarly(shaking) // neither an echo nor a page does harm if it is asked for twice
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
	if err == nil && !c.Info().Done { // all was asked for early
		err = errors.Join(c.SetDeadline(time.Now().Add(lingering)), c.Handshake(context.WithoutCancel(ctx)))
	}
	_ = c.Shutdown(lingering) // the peer may have gone long since
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

// lingering is how long the end of a connection waits for the peer's.
const lingering = time.Second
