package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/spf13/cobra"

	"tlslab/engine"
	"tlslab/engine/netconn"
	"tlslab/engine/netconn/timing"
	"tlslab/engine/session"
	"tlslab/scenarios"
)

// A connectCommand is the verb connect with its flags.
type connectCommand struct {
	socketFlags
	path     string
	stdin    bool
	insecure bool
	cert     string
	resume   bool
	timeout  time.Duration

	app    *app
	config *engine.Config
	name   string
	keys   *netconn.KeyLog
	out    *printer
}

func (a *app) connectVerb() *cobra.Command {
	c := &connectCommand{app: a}
	verb := &cobra.Command{
		Use:   "connect",
		Short: "Connect to a TLS server on a real socket",
		Long: `Connect to a TLS server with tlslab's own engine and send a GET. The response goes to standard
output. The negotiated parameters and the times of all handshake messages go to standard error, or
with --json to standard output in place of the response.`,
		Example: `  tlslab connect --root root.pem
  tlslab connect --root root.pem --resume --set tls.version=1.2 --set tls.resumption=session-id
  echo hello | tlslab connect --addr example.org:443 --stdin`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.run(cmd.Context()) },
	}
	c.addTo(verb, "127.0.0.1:4433", "trust the root certificates in this `file` (PEM) in place of the system's")
	verb.Flags().StringVar(&c.path, "get", "/", "`path` of the GET request")
	verb.Flags().BoolVar(&c.stdin, "stdin", false, "send standard input in place of a GET request")
	verb.Flags().BoolVar(&c.insecure, "insecure", false, "do not verify the server's certificate")
	verb.Flags().StringVar(&c.cert, "cert", "", "`file` with the certificate chain and the private key (PEM) for client authentication")
	verb.Flags().BoolVar(&c.resume, "resume", false, "connect a second time, and resume the session of the first connection")
	verb.Flags().DurationVar(&c.timeout, "timeout", 30*time.Second, "time limit of a connection")
	return verb
}

func (c *connectCommand) run(ctx context.Context) error {
	host, _, err := net.SplitHostPort(c.addr)
	switch {
	case err != nil:
		return usageError{fmt.Errorf("--addr %s: %w", c.addr, err)}
	case c.timeout <= 0:
		return usageError{fmt.Errorf("--timeout %v: want more than 0s", c.timeout)}
	case c.stdin && c.resume:
		return usageError{errors.New("--stdin does not go with --resume: standard input can be sent only once")}
	}
	sockets, err := scenarios.NewSockets(c.sets, "")
	if err != nil {
		return err
	}
	c.config, c.name = sockets.Client, sockets.ServerName
	if c.name == "" {
		c.name = host
	}
	if c.config.VerifyNothing = c.config.VerifyNothing || c.insecure; !c.config.VerifyNothing {
		if c.config.Roots, err = readRoots(c.root); err != nil {
			return fmt.Errorf("--root: %w", err)
		}
	}
	if c.config.Certificates, err = readCertificate(c.cert); err != nil {
		return fmt.Errorf("--cert: %w", err)
	}
	var closeKeys func() error
	if c.keys, closeKeys, err = openKeyLog(); err != nil {
		return err
	}
	c.out = &printer{app: c.app, json: c.json}
	return errors.Join(c.connections(ctx), closeKeys())
}

// connections makes one connection, or two of which the second resumes the first's session.
func (c *connectCommand) connections(ctx context.Context) error {
	first, session, err := c.connect(ctx, 1)
	if err != nil || !c.resume {
		return err
	}
	if session == nil {
		return fmt.Errorf("%s sent neither ticket nor session ID: there is no session to resume", first.Peer)
	}
	c.config.Session = session
	second, _, err := c.connect(ctx, 2)
	if err == nil && second.Info.Kind != engine.Resumed {
		err = fmt.Errorf("%s did not resume the session: the handshake was %v", second.Peer, second.Info.Kind)
	}
	return err
}

// connect makes one connection and prints its measurement.
func (c *connectCommand) connect(ctx context.Context, number int) (timing.Measurement, *session.Session, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	x := timing.Exchange{Address: c.addr, ServerName: c.name, Path: c.path, Response: c.app.stdout}
	if c.stdin {
		x.Request = c.app.stdin
	}
	if c.json {
		x.Response = nil
	}
	m, session, err := x.Run(ctx, func(t *timing.Timeline) *engine.Config { return observed(c.config, t, c.keys) })
	m.Connection = number
	return m, session, errors.Join(err, c.out.print(m, true))
}
