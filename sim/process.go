package sim

import (
	"slices"
	"time"

	"tlslab/sim/recording"
	"tlslab/sim/tcp"
)

// process is one side of a connection at work: it reads from its TCP endpoint,
// computes and writes to it, one thing at a time.
type process struct {
	ep       tcp.Endpoint
	conn     *connection
	steps    stepSource
	actions  []action // of the step in hand, those to come
	read     int64    // bytes taken from the endpoint
	written  int64    // bytes handed to it
	wanting  int64    // with so many bytes of the peer's the next step cannot begin; -1: not known
	began    time.Duration
	until    time.Duration // the end of its work or pause; never: there is none
	cpu      time.Duration // charged so far
	last     tcp.Tag       // the last event of this process
	ready    tcp.Tag       // the event since which it has been computing or pausing
	host     int32
	side     side
	state    processState
	cpuCause Cause

	superseded []event // of its TCP timer, given up for earlier ones
	observed   observed
}

// processState says what a process is doing.
type processState uint8

const (
	reading   processState = iota // all it can do is done, until bytes arrive
	computing                     // on a core of its host, or in the queue for one
	pausing
	fetching // the client, from a responder
)

func (p *process) reset(c *connection, s side, host int, cause Cause, cfg *tcp.Config, steps stepSource) {
	p.ep.Reset(cfg)
	p.conn, p.side, p.host, p.cpuCause, p.steps = c, s, int32(host), cause, steps
	p.actions, p.read, p.wanting = nil, 0, -1
	p.superseded = p.superseded[:0]
	p.written = 0
	p.observed.reset()
	p.began, p.until, p.cpu, p.last, p.ready, p.state = 0, never, 0, 0, 0, reading
}

// id tells a process from all others of a run.
func (p *process) id() int64 { return int64(2*p.conn.number) + int64(p.side) }

// advance lets a process do all it can after an event: what its TCP has to send
// leaves, its steps go on, and its next deadline is set.
func (w *World) advance(p *process) {
	p.last = w.tag
	w.transmit(p)
	c := p.conn
	if err := p.ep.Err(); err != nil {
		c.fail(outcomeOf(err))
		if c.opener != nil {
			w.fetchTimedOut(c.opener)
		}
		return
	}
	if p.ep.Established() {
		if p.side == client && c.connect < 0 {
			c.connect = w.now - c.start
		}
		w.work(p)
	}
	w.arm(p)
}

// runTimers runs the timers of an endpoint that are due.
func (w *World) runTimers(p *process) {
	if p.conn.phase != started {
		return
	}
	if p.ep.Deadline() > w.now {
		w.arm(p) // it has moved later meanwhile
		return
	}
	w.hash.mix(hashTimer, int64(w.now), p.id(), 0)
	w.node(p.conn, timerNode, p.last)
	p.ep.Lend(w.segments)
	p.ep.Tick(w.now, w.tag)
	w.advance(p)
}

// arm schedules an endpoint's deadline.
func (w *World) arm(p *process) {
	c, timer := p.conn, clientTCPTimer+int(p.side)
	d := p.ep.Deadline()
	if d >= c.due[timer] {
		return
	}
	id := w.timer(c, timer)
	if c.due[timer] != never {
		p.supersede(w.events.ofTimer(id), w.now)
	}
	c.due[timer] = d
	for i := range p.superseded {
		if p.superseded[i].at == d {
			w.events.put(p.superseded[i])
			return
		}
	}
	w.events.schedule(d, id)
}

// supersede notes an event that gives way to an earlier one. Should its instant be the
// deadline again, it stands where it stood among the events of that instant.
func (p *process) supersede(e event, now time.Duration) {
	if slices.Contains(p.superseded, e) {
		return
	}
	kept := p.superseded[:0]
	for _, s := range p.superseded {
		if s.at >= now {
			kept = append(kept, s)
		}
	}
	p.superseded = append(kept, e)
}

// work goes on with the steps of a process until it waits for bytes or for a core.
func (w *World) work(p *process) {
	c := p.conn
	for p.state == reading {
		arrived := p.ep.Delivered()
		if len(p.actions) == 0 {
			if w.observer != nil {
				w.observeStepEnd(p)
			}
			if arrived == p.wanting {
				return
			}
			if n := arrived - p.read; n > 0 {
				p.read = arrived
				p.ep.Lend(w.segments)
				p.ep.Read(w.now, w.tag, n)
				if w.observer != nil {
					w.observeRead(p, n)
				}
				w.transmit(p)
			}
			actions, ok, err := p.steps.step(instant{now: w.now, mss: p.ep.MSS(), observed: w.observer != nil}, arrived)
			if err != nil {
				c.fail(outcomeOf(err))
				return
			}
			if !ok {
				p.wanting = arrived
				return
			}
			p.actions = actions
			if w.observer != nil {
				w.observeStep(p)
			}
			continue
		}
		if w.observer != nil {
			w.observeAction(p)
		}
		d := &p.actions[0]
		p.actions = p.actions[1:]
		switch d.kind {
		case recording.Work:
			w.compute(p, d.takes)
		case recording.Pause:
			p.state, p.ready = pausing, w.tag
			w.wakeAt(p, w.now+d.takes)
		case recording.Write:
			p.ep.Lend(w.segments)
			p.ep.Write(w.now, w.tag, d.bytes)
			p.written += d.bytes
			w.transmit(p)
		case recording.Mark:
			w.mark(c, d.moment)
		case recording.CloseEnd:
			p.ep.Lend(w.segments)
			p.ep.CloseWrite(w.now, w.tag)
			w.transmit(p)
		case recording.Fetch:
			w.fetch(c, d)
		case continued:
			p.actions = p.steps.rest()
			if w.observer != nil {
				w.observeStep(p)
			}
		}
	}
}

// mark notes that a connection has come to a moment, and finds out at once what its
// critical path is needed for.
func (w *World) mark(c *connection, m recording.Moment) {
	c.moments[m] = w.now
	switch m {
	case recording.Handshake:
		c.roundTrips = w.path.find(c.history, int32(w.tag)).roundTrips
	case recording.LastByte:
		if c.opener != nil {
			w.fetched(c.opener)
			return
		}
		copy(c.causes[:], w.path.find(c.history, int32(w.tag)).causes[:])
	}
}

// compute puts the work of a process on a core of its host, or in the queue for one.
func (w *World) compute(p *process, takes time.Duration) {
	if takes == 0 {
		if w.observer != nil {
			p.began = w.now
			w.observeWork(p)
		}
		return
	}
	p.state = computing
	p.ready = w.tag
	if w.cores[p.host].take(task{p, takes}) {
		w.beginTask(p, takes)
	}
}

func (w *World) beginTask(p *process, takes time.Duration) {
	p.began = w.now
	p.cpu += takes
	w.wakeAt(p, w.now+takes)
	if w.observer != nil {
		w.observeWork(p)
	}
}

// wakeAt schedules the end of a process's work or pause.
func (w *World) wakeAt(p *process, at time.Duration) {
	p.until = at
	w.schedule(p.conn, clientTaskTimer+int(p.side), at)
}

// finishTask goes on with a process whose pause is over, or whose work is done: its
// core goes to the next in the queue.
func (w *World) finishTask(p *process) {
	c := p.conn
	if p.until > w.now {
		w.wakeAt(p, p.until)
		return
	}
	p.until = never
	if p.state == pausing {
		p.state = reading
		w.hash.mix(hashResumed, int64(w.now), p.id(), 0)
		w.node(c, pauseNode, p.ready)
		w.advance(p)
		return
	}
	if w.observer != nil {
		w.observeWork(p)
	}
	if t, ok := w.cores[p.host].release(); ok {
		w.beginTask(t.process, t.takes)
	}
	p.state = reading
	if c.phase != started {
		return
	}
	w.hash.mix(hashComputed, int64(w.now), p.id(), int64(p.began))
	n := w.node(c, cpuNode, p.ready)
	n.cause, n.queued = p.cpuCause, p.began-c.history.nodes[p.ready].at
	w.advance(p)
}
