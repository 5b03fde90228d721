package timing

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"tlslab/engine"
	"tlslab/engine/netconn"
	"tlslab/engine/session"
)

// An Exchange is one measured connection of a client: it dials, performs the handshake, sends a
// request and reads the response.
type Exchange struct {
	Address    string    // host:port
	ServerName string    // as in engine.Client
	Request    io.Reader // sent until io.EOF, then close_notify; nil: an HTTP/1.1 GET of Path
	Path       string    // of the GET, which is sent as early data if the Config allows it
	Response   io.Writer // receives the response, or the body of a GET; nil: discarded
}

// Run makes one connection. It returns the measurement, of a failed connection too, and the session
// to resume, or nil. config returns the connection's Config, which should pass its notices to the
// Timeline. The connection fails when ctx ends, and for a GET with a status from 400 on.
func (x *Exchange) Run(ctx context.Context, config func(*Timeline) *engine.Config) (Measurement, *session.Session, error) {
	timeline := NewTimeline(time.Now())
	m := Measurement{Peer: x.Address}
	transport, err := new(net.Dialer).DialContext(ctx, "tcp", x.Address)
	if err != nil {
		m.Outcome = Outcome(err)
		return m, nil, err
	}
	defer context.AfterFunc(ctx, func() { transport.Close() })()
	connected := timeline.Since()
	m.Peer = transport.RemoteAddr().String()
	m.Metrics = append(m.Metrics, Duration("connect", connected))
	cfg := config(timeline)
	c := netconn.Client(transport, cfg, x.ServerName)
	request, err := x.newGet()
	if err == nil && cfg.EarlyData {
		request.early, err = c.EarlyWrite(request.text)
	}
	if err == nil {
		err = c.Handshake(ctx)
	}
	if err == nil {
		handshake := timeline.Since()
		m.Metrics = append(m.Metrics, Duration("handshake", handshake), Duration("tls", handshake-connected))
		err = x.transfer(c, request, timeline, &m)
	}
	_ = c.Close() // the connection was measured before
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = fmt.Errorf("%w: %w", cause, err)
	}
	if waited := c.OCSPWait(); waited > 0 {
		m.Metrics = append(m.Metrics, Duration("revocation", waited))
	}
	m.Outcome, m.Info, m.Messages = Outcome(err), c.Info(), timeline.Entries()
	up, down := c.Traffic()
	m.Metrics = append(m.Metrics, Metric{"bytes-up", up}, Metric{"bytes-down", down})
	return m, c.Session(), err
}

// transfer sends the request while it receives the response.
func (x *Exchange) transfer(c *netconn.Conn, request *get, timeline *Timeline, m *Measurement) error {
	in := &timedReader{Reader: c, timeline: timeline}
	out := x.Response
	if out == nil {
		out = io.Discard
	}
	var err error
	if x.Request == nil {
		err = request.exchange(c, in, out)
	} else {
		err = x.copy(c, in, out)
	}
	if in.last > 0 {
		m.Metrics = append(m.Metrics, Duration("ttfb", in.first), Duration("ttlb", in.last))
	}
	return err
}

// A get is a GET request.
type get struct {
	request http.Request
	text    []byte // of the request
	early   int    // bytes of text that were sent as early data
}

// newGet returns the GET of Path; an empty get if there is a Request instead.
func (x *Exchange) newGet() (*get, error) {
	if x.Request != nil {
		return &get{}, nil
	}
	host, port, err := net.SplitHostPort(x.Address)
	if err != nil {
		return nil, err
	}
	if port != "443" {
		host = x.Address
	}
	g := &get{request: http.Request{Method: http.MethodGet, URL: &url.URL{Scheme: "https", Host: host, Path: x.Path}, Close: true,
		Header: http.Header{"User-Agent": {"tlslab"}}}}
	var text bytes.Buffer
	err = g.request.Write(&text)
	g.text = text.Bytes()
	return g, err
}

// exchange sends what the server has not accepted as early data, and copies the response's body to
// out. A GET is safe to repeat, so it may be early data (RFC 8470 §4).
func (g *get) exchange(c *netconn.Conn, in io.Reader, out io.Writer) error {
	rest := g.text
	if c.Info().EarlyData == engine.EarlyAccepted {
		rest = rest[g.early:]
	}
	if _, err := c.Write(rest); err != nil {
		return err
	}
	response, err := http.ReadResponse(bufio.NewReader(in), &g.request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(out, response.Body); err != nil {
		return err
	}
	if response.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("GET %s: %s", g.request.URL.Path, response.Status)
	}
	return nil
}

// copy sends Request and close_notify, and copies what it receives to out until the peer's
// close_notify.
func (x *Exchange) copy(c *netconn.Conn, in io.Reader, out io.Writer) error {
	sent := make(chan error, 1)
	go func() {
		_, err := io.Copy(c, x.Request)
		if err == nil {
			err = c.CloseWrite()
		}
		sent <- err
	}()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	select {
	case err := <-sent:
		return err
	default: // the peer closed first; Request may never end
		return nil
	}
}

// A timedReader notes when the first and the last byte were read.
type timedReader struct {
	io.Reader
	timeline    *Timeline
	first, last time.Duration
}

func (r *timedReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if n > 0 {
		r.last = r.timeline.Since()
		if r.first == 0 {
			r.first = r.last
		}
	}
	return n, err
}
