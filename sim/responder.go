package sim

import (
	"errors"
	"fmt"
	"time"

	"tlslab/engine/alert"
	"tlslab/sim/recording"
)

// Responder is an OCSP responder as a connection's client meets it (RFC 6960): a host
// that it asks whether the server's certificate was revoked. The question is a
// connection of its own, opened in the middle of a step, and a POST over plain HTTP
// (RFC 6960 §A.1); that the host's address must be looked up is left out.
//
//	client ═══ the connection's path ═══ server
//	  └─────── the responder's path ──── responder
//
// What the client then does descends from the arrival of the answer, so the critical
// path leads through the responder's path and host.
type Responder struct {
	Host     int           // index of Topology.Hosts
	Path     int           // from the client to it: an index of Topology.Paths
	Work     time.Duration // that an answer takes on one of its cores: see Host.Time
	Timeout  time.Duration // after which a client waits no longer; 0: as long as TCP does
	SoftFail bool          // a client without an answer goes on; else it fails with Unanswered
}

func (r *Responder) validate(t *Topology) error {
	switch {
	case r.Host < 0 || r.Host >= len(t.Hosts):
		return fmt.Errorf("responder: host %d: there are %d", r.Host, len(t.Hosts))
	case r.Path < 0 || r.Path >= len(t.Paths):
		return fmt.Errorf("responder: path %d: there are %d", r.Path, len(t.Paths))
	case r.Timeout < 0:
		return fmt.Errorf("responder: timeout %v: want 0 (none) or more", r.Timeout)
	case r.Work < 0 || r.Work > maxWork:
		return fmt.Errorf("responder: work of %v: want 0 or more", r.Work)
	}
	return nil
}

// Unanswered is the outcome of a connection whose client had no answer from the
// responder: the alert by which the engine ends it.
var Unanswered = "alert " + alert.CertificateUnknown.String()

// errNoResponder is that of a client that would ask a responder, and has none.
var errNoResponder = errors.New("the client asks an OCSP responder, and the connection has none")

// fetch lets a connection's client ask the responder, and holds it up.
func (w *World) fetch(c *connection, d *action) {
	r := c.responder
	p := &c.procs[client]
	w.question = question{request: d.bytes, response: d.back, work: r.Work}
	f, err := w.open(&Connection{Client: int(p.host), Server: r.Host, Path: r.Path, Start: w.now, Source: &w.question})
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

// fetched lets a client go on that has the responder's answer.
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

// fetchTimedOut ends a client's wait for an answer that does not come. One that fails
// softly goes on without what only an answer would have cost.
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
	w.node(c, unansweredNode, c.fetchBegan.node)
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

// question is the source of a fetch's steps: a request and, at the responder, work, an
// answer and the end of the connection.
type question struct {
	request, response int64 // bytes
	work              time.Duration
}

func (*question) validate(*Host, *Host) error { return nil }
func (*question) fetches() bool               { return false }
func (*question) complete() recording.Moment  { return recording.LastByte }

func (q *question) open(c *connection) ([2]stepSource, error) {
	if c.question == nil {
		c.question = new([2]questionSteps)
	}
	asks, answers := &c.question[client], &c.question[server]
	asks.set(0, 0, action{kind: recording.Write, bytes: q.request})
	asks.set(1, q.response, action{kind: recording.CloseEnd}, action{kind: recording.Mark, moment: recording.LastByte})
	answers.set(0, q.request, action{kind: recording.Work, takes: q.work}, action{kind: recording.Write, bytes: q.response}, action{kind: recording.CloseEnd})
	return [2]stepSource{asks, answers}, nil
}

// questionSteps are the steps of one side of a fetch.
type questionSteps struct {
	steps   [2]pricedStep
	actions [2][3]action // room for theirs
	n       int
	next    int // step
}

func (s *questionSteps) step(_ instant, arrived int64) ([]action, bool, error) {
	if s.next == s.n || s.steps[s.next].at > arrived {
		return nil, false, nil
	}
	s.next++
	return s.steps[s.next-1].actions, true, nil
}

// rest: its steps are whole.
func (*questionSteps) rest() []action { return nil }

// annotations: a fetch has no TLS.
func (*questionSteps) annotations() []annotation { return nil }

// early: there is none.
func (*questionSteps) early() int { return -1 }

// set writes a step.
func (s *questionSteps) set(k int, at int64, actions ...action) {
	n := copy(s.actions[k][:], actions)
	s.steps[k] = pricedStep{at: at, actions: s.actions[k][:n]}
	s.n, s.next = k+1, 0
}
