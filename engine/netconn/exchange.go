package netconn

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
	"tlslab/engine/session"
)

// An Exchange is one connection of a client: it dials, makes the handshake,
// sends a request and receives the response, which is measured.
type Exchange struct {
	Address    string // host:port
	ServerName string
	Path       string    // of the page to GET, where Request is nil
	Request    io.Reader // what to send to its end in place of a GET
	Response   io.Writer // where what comes back goes; nil: nowhere
}

// Run returns what was measured, even of a connection that failed, and the
// session that can be resumed, if any. config makes the Config of the
// connection.
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
	c := Client(transport, cfg, x.ServerName)
	page, err := x.page()
	if err == nil && cfg.EarlyData {
		page.early, err = c.EarlyWrite(page.text)
	}
	if err == nil {
		err = c.Handshake(ctx)
	}
	if err == nil {
		handshake := timeline.Since()
		m.Metrics = append(m.Metrics, Duration("handshake", handshake), Duration("tls", handshake-connected))
		err = x.transfer(c, page, timeline, &m)
	}
	_ = c.Close() // what there was to know is known
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = fmt.Errorf("%w: %w", cause, err)
	}
	if waited := c.fetched(); waited > 0 {
		m.Metrics = append(m.Metrics, Duration("revocation", waited))
	}
	m.Outcome, m.Info, m.Messages = Outcome(err), c.Info(), timeline.Entries()
	up, down := c.Traffic()
	m.Metrics = append(m.Metrics, Metric{"bytes-up", up}, Metric{"bytes-down", down})
	return m, c.Session(), err
}

// transfer sends the request while it receives the response.
func (x *Exchange) transfer(c *Conn, page *page, timeline *Timeline, m *Measurement) error {
	in := &arrival{Reader: c, timeline: timeline}
	out := x.Response
	if out == nil {
		out = io.Discard
	}
	var err error
	if x.Request == nil {
		err = page.get(c, in, out)
	} else {
		err = x.copy(c, in, out)
	}
	if in.last > 0 {
		m.Metrics = append(m.Metrics, Duration("ttfb", in.first), Duration("ttlb", in.last))
	}
	return err
}

// A page is what a GET asks for.
type page struct {
	request http.Request
	text    []byte // of the request; nothing where there is no GET
	early   int    // bytes of it that were sent as early data
}

func (x *Exchange) page() (*page, error) {
	if x.Request != nil {
		return &page{}, nil
	}
	host, port, err := net.SplitHostPort(x.Address)
	if err != nil {
		return nil, err
	}
	if port != "443" {
		host = x.Address
	}
	p := &page{request: http.Request{Method: http.MethodGet, URL: &url.URL{Scheme: "https", Host: host, Path: x.Path}, Close: true,
		Header: http.Header{"User-Agent": {"tlslab"}}}}
	var text bytes.Buffer
	err = p.request.Write(&text)
	p.text = text.Bytes()
	return p, err
}

// get asks for the page and writes its body out. A GET does no harm if it comes
// twice, so it may be early data; what of it the server rejected is said again.
func (p *page) get(c *Conn, in io.Reader, out io.Writer) error {
	rest := p.text
	if c.Info().EarlyData == engine.EarlyAccepted {
		rest = rest[p.early:]
	}
	if _, err := c.Write(rest); err != nil {
		return err
	}
	response, err := http.ReadResponse(bufio.NewReader(in), &p.request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(out, response.Body); err != nil {
		return err
	}
	if response.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("GET %s: %s", p.request.URL.Path, response.Status)
	}
	return nil
}

// copy sends the request and then this side's close_notify, and writes what
// comes back until the peer's.
func (x *Exchange) copy(c *Conn, in io.Reader, out io.Writer) error {
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
	default: // the peer ended first, and the input may never
		return nil
	}
}

// An arrival notes when the first and the last byte came.
type arrival struct {
	io.Reader
	timeline    *Timeline
	first, last time.Duration
}

func (a *arrival) Read(p []byte) (int, error) {
	n, err := a.Reader.Read(p)
	if n > 0 {
		a.last = a.timeline.Since()
		if a.first == 0 {
			a.first = a.last
		}
	}
	return n, err
}
