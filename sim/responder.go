package sim

import (
	"errors"
	"fmt"
	"time"

	"tlslab/engine/alert"
	"tlslab/sim/recording"
)

// Responder configures the OCSP responder of a connection (RFC 6960). The client fetches the status
// of the server's certificate in the middle of a step: it opens a second connection to the
// responder, sends a POST over HTTP (RFC 6960 §A.1), and waits for the response. The client knows
// the responder's address: no DNS query is simulated.
//
//	client ═══ path of the connection ═══ server
//	  └─────── path of the responder ──── responder
//
// The client goes on when the response has arrived, so the critical path of the connection leads
// through the responder's path and host.
type Responder struct {
	Host     int           // index in Topology.Hosts
	Path     int           // path from the client to the responder: index in Topology.Paths
	Work     time.Duration // CPU time of a response on one core of the host (see Host.Time)
	Timeout  time.Duration // the client's timeout for the response; 0: only TCP's timeouts
	SoftFail bool          // without a response: true goes on, false fails with Unanswered
}

func (r *Responder) validate(t *Topology) error {
	switch {
	case r.Host < 0 || r.Host >= len(t.Hosts):
		return fmt.Errorf("responder: host %d: the topology has %d", r.Host, len(t.Hosts))
	case r.Path < 0 || r.Path >= len(t.Paths):
		return fmt.Errorf("responder: path %d: the topology has %d", r.Path, len(t.Paths))
	case r.Timeout < 0:
		return fmt.Errorf("responder: timeout %v: want 0 (none) or more", r.Timeout)
	case r.Work < 0 || r.Work > maxWork:
		return fmt.Errorf("responder: work of %v: want 0 or more", r.Work)
	}
	return nil
}

// Unanswered is the outcome of a connection whose client got no OCSP response and does not fail
// softly: the engine's alert.
var Unanswered = "alert " + alert.CertificateUnknown.String()

// errNoResponder is the error of a source that fetches in a connection without a responder.
var errNoResponder = errors.New("the client fetches an OCSP response, but the connection has no responder")

// fetch opens the OCSP fetch of a connection. The client waits for the response.
func (w *World) fetch(c *connection, d *action) {
	r := c.responder
	p := &c.procs[client]
	w.fetchSource = fetchSource{request: d.bytes, response: d.response, work: r.Work}
	f, err := w.open(&Connection{Client: int(p.host), Server: r.Host, Path: r.Path, Start: w.now, Source: &w.fetchSource})
	if err != nil {
		c.fail(err.Error())
		return
	}
	f.procs[server].cpuCause = ResponderCPU
	c.fetch, f.opener = f, c
	f.history = c.history.share()
	p.state, c.fetching, c.fetchBegan = fetching, true, moment{at: w.now, node: w.tag}
	if r.Timeout > 0 && r.Timeout < never-w.now {
		c.fetchDeadline = w.now + r.Timeout
		w.schedule(c, fetchTimer, c.fetchDeadline)
	}
	w.connect(f)
}

// fetched ends the client's wait: the OCSP response has arrived.
func (w *World) fetched(c *connection) {
	if !c.fetching || c.phase != started {
		return
	}
	c.fetching = false
	c.fetchTook = w.now - c.fetchBegan.at
	c.fetchDeadline = never
	p := &c.procs[client]
	p.state = reading
	w.advance(p)
}

// fetchTimedOut ends the client's wait without an OCSP response. A client that fails softly skips
// the actions that verify a response.
func (w *World) fetchTimedOut(c *connection) {
	if !c.fetching || c.phase != started {
		return
	}
	c.fetching = false
	c.fetchDeadline = never
	c.fetch.fail(Timeout)
	if !c.responder.SoftFail {
		c.fail(Unanswered)
		return
	}
	w.hash.mix(hashFetchTimedOut, int64(w.now), int64(c.number), 0)
	w.node(c, fetchTimeoutNode, c.fetchBegan.node)
	p := &c.procs[client]
	for len(p.actions) > 0 {
		d := p.actions[0]
		p.actions = p.actions[1:]
		if d.kind == recording.Fetched {
			break
		}
	}
	p.state = reading
	w.advance(p)
}

// fetchSource is the Source of an OCSP fetch: the client sends a request, and the responder
// computes, sends a response and closes.
type fetchSource struct {
	request, response int64         // bytes
	work              time.Duration // of the responder
}

func (*fetchSource) validate(*Host, *Host) error { return nil }
func (*fetchSource) fetches() bool               { return false }
func (*fetchSource) complete() recording.Moment  { return recording.LastByte }

func (q *fetchSource) open(c *connection) ([2]stepSource, error) {
	if c.fetchSteps == nil {
		c.fetchSteps = new([2]fetchSteps)
	}
	clientSteps, responderSteps := &c.fetchSteps[client], &c.fetchSteps[server]
	clientSteps.set(0, 0, action{kind: recording.Write, bytes: q.request})
	clientSteps.set(1, q.response, action{kind: recording.CloseWrite}, action{kind: recording.Mark, moment: recording.LastByte})
	responderSteps.set(0, q.request, action{kind: recording.Work, takes: q.work}, action{kind: recording.Write, bytes: q.response}, action{kind: recording.CloseWrite})
	return [2]stepSource{clientSteps, responderSteps}, nil
}

// fetchSteps are the steps of one side of a fetch.
type fetchSteps struct {
	steps   [2]pricedStep
	actions [2][3]action // memory of the steps
	n       int          // number of steps
	next    int          // index of the next step
}

func (s *fetchSteps) step(_ instant, arrived int64) ([]action, bool, error) {
	if s.next == s.n || s.steps[s.next].at > arrived {
		return nil, false, nil
	}
	s.next++
	return s.steps[s.next-1].actions, true, nil
}

// rest returns nothing: no step is continued.
func (*fetchSteps) rest() []action { return nil }

// annotations returns nothing: a fetch has no TLS.
func (*fetchSteps) annotations() []annotation { return nil }

// early returns that there is no early data.
func (*fetchSteps) early() int { return -1 }

// set sets step k. Steps must be set in order.
func (s *fetchSteps) set(k int, at int64, actions ...action) {
	n := copy(s.actions[k][:], actions)
	s.steps[k] = pricedStep{at: at, actions: s.actions[k][:n]}
	s.n, s.next = k+1, 0
}
