package sim

import (
	"time"

	"tlslab/sim/recording"
	"tlslab/sim/tcp"
)

// process is one side of a connection: a TCP endpoint and the program above it, which reads,
// computes and writes, one after the other.
type process struct {
	conn     *connection
	kernel   *kernel // of the host; nil: its work takes no time
	steps    stepSource
	actions  []action      // remaining actions of the step in hand
	read     int64         // bytes read from TCP
	written  int64         // bytes written to TCP
	wanting  int64         // the next step needs more bytes of the peer than this; -1: unknown
	began    time.Duration // when a core took the work in hand
	until    time.Duration // end of the work or pause in hand; never: none
	cpu      time.Duration // CPU time so far
	last     tcp.Tag       // latest event of this process
	ready    tcp.Tag       // event in which the work or pause in hand was ready to begin
	host     int32         // index in Topology.Hosts
	side     side
	state    processState
	cpuCause Cause // of its CPU time

	ep       tcp.Endpoint
	observed observed

	// With a kernel:
	sending     sending
	calls       time.Duration // of the system calls in hand
	reads       int64         // bytes that the read in hand takes
	core        int32         // index in kernel.cores of the core that it has; negative: none
	callDone    bool          // the time of the next read or write is over
	holdsSocket bool          // the read or write holds the socket
	waits       bool          // it sleeps until the kernel wakes it up
	worked      bool          // it has done work on its core
}

// processState is what a process does.
type processState uint8

const (
	reading   processState = iota // waits for bytes of the peer's stream
	computing                     // has a core, or waits for one
	pausing
	fetching // waits for an OCSP response
)

func (p *process) reset(c *connection, s side, host int, cause Cause, cfg *tcp.Config, k *kernel, steps stepSource) {
	p.ep.Reset(cfg)
	p.conn, p.side, p.host, p.cpuCause, p.steps = c, s, int32(host), cause, steps
	p.ep.SetNumber(p.id())
	p.actions, p.read, p.wanting = nil, 0, -1
	p.written = 0
	p.observed.reset()
	p.began, p.until, p.cpu, p.last, p.ready, p.state = 0, never, 0, 0, 0, reading
	p.kernel, p.sending, p.core, p.callDone, p.holdsSocket, p.waits, p.worked = k, sending{}, -1, false, false, true, false
}

// id returns a number that no other process of the run has.
func (p *process) id() int64 { return int64(2*p.conn.number) + int64(p.side) }

// advance completes an event of a process: it transmits the output of TCP, runs the steps that can
// run, and sets the TCP timer.
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
	if p.ep.Open() {
		if p.side == client && c.connect < 0 && p.ep.Established() {
			c.connect = w.now - c.start
		}
		w.runSteps(p)
	}
	w.armTCPTimer(p)
}

// runTimers handles the event of a TCP timer.
func (w *World) runTimers(p *process) {
	if p.conn.phase != started {
		return
	}
	w.lock(p)
	if p.ep.Deadline() > w.now {
		w.armTCPTimer(p) // the deadline is later than when the event was scheduled
		return
	}
	w.hash.mix(hashTimer, int64(w.now), p.id(), 0)
	w.node(p.conn, timerNode, p.last)
	p.ep.Tick(w.now, w.tag)
	w.advance(p)
}

// armTCPTimer schedules the deadline of a TCP endpoint. An earlier event stays: its handler
// schedules the next one.
func (w *World) armTCPTimer(p *process) {
	c, timer := p.conn, clientTCPTimer+int(p.side)
	if p.ep.DeadlineBound() >= c.due[timer] {
		return
	}
	d := p.ep.Deadline()
	if d >= c.due[timer] {
		return
	}
	c.due[timer] = d
	w.events.schedule(&w.events.connections, d, c.timer(timer))
}

// runSteps runs the steps of a process until it waits.
func (w *World) runSteps(p *process) {
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
			if p.kernel != nil {
				var ok bool
				if arrived, ok = w.readCall(p, arrived); !ok {
					return
				}
			}
			if n := arrived - p.read; n > 0 {
				p.read = arrived
				p.ep.Read(w.now, w.tag, n)
				if w.observer != nil {
					w.observeRead(p, n)
				}
				w.unlock(p)
				if w.transmitInCall(p); p.state != reading {
					return
				}
			}
			actions, ok, err := p.steps.step(instant{now: w.now, mss: p.ep.MSS(), observed: w.observer != nil}, arrived)
			if err != nil {
				c.fail(outcomeOf(err))
				return
			}
			if !ok {
				p.wanting = arrived
				if p.ep.SYNDeferred() {
					p.ep.SendSYN(w.now, w.tag)
					w.transmitInCall(p)
				}
				if p.kernel != nil && p.ep.Delivered() > arrived {
					continue // more has arrived during the read
				}
				p.waits = true
				return
			}
			p.actions = actions
			if w.observer != nil {
				w.observeStep(p)
			}
			continue
		}
		d := &p.actions[0]
		if p.kernel != nil && d.kind == recording.Write && !w.writeCall(p, d) {
			return
		}
		if w.observer != nil {
			w.observeAction(p)
		}
		p.actions = p.actions[1:]
		switch d.kind {
		case recording.Work:
			w.compute(p, d.takes)
		case recording.Pause:
			p.state, p.ready, p.waits = pausing, w.tag, true
			w.scheduleTask(p, w.now+d.takes)
		case recording.Write:
			since, computed := c.history.computedSince(w.tag, p.cpuCause)
			p.ep.WriteComputed(w.now, w.tag, d.bytes, since, computed)
			p.written += d.bytes
			w.unlock(p)
			w.transmitInCall(p)
		case recording.Mark:
			w.mark(c, d.moment)
		case recording.CloseWrite:
			p.ep.CloseWrite(w.now, w.tag)
			w.transmitInCall(p)
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

// mark notes that a connection has reached a moment. It evaluates the critical path at once, so
// that the history can be compacted.
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

// compute gives the work of a process to a core of its host, or queues it.
func (w *World) compute(p *process, takes time.Duration) {
	if takes == 0 {
		if w.observer != nil {
			p.began = w.now
			w.observeWork(p)
		}
		return
	}
	if p.kernel != nil {
		w.computeOnCore(p, takes)
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
	if p.kernel != nil {
		p.began = w.enterCore(p)
	}
	p.cpu += takes
	w.scheduleTask(p, p.began+takes)
	if w.observer != nil {
		w.observeWork(p)
	}
}

// scheduleTask schedules the end of a task or pause.
func (w *World) scheduleTask(p *process, at time.Duration) {
	p.until = at
	w.schedule(p.conn, clientTaskTimer+int(p.side), at)
}

// finishTask handles the end of a task or pause. The core takes the next task of its queue.
func (w *World) finishTask(p *process) {
	c := p.conn
	if p.until > w.now {
		w.scheduleTask(p, p.until)
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
	p.state = reading
	if p.kernel == nil {
		w.releaseCore(p.host)
	}
	if c.phase == started {
		w.computed(p)
	}
	if p.kernel != nil && p.state != computing {
		w.leaveCore(p)
	}
}

// releaseCore ends the use of a core of a host, which takes the oldest waiting task.
func (w *World) releaseCore(host int32) {
	if t, ok := w.cores[host].release(); ok {
		w.beginTask(t.process, t.takes)
	}
}

// computed handles the end of a process's computation.
func (w *World) computed(p *process) {
	c := p.conn
	w.hash.mix(hashComputed, int64(w.now), p.id(), int64(p.began))
	parent, queued := p.ready, p.began-c.history.nodes[p.ready].at
	if queued == 0 {
		parent, _ = c.history.computedSince(p.ready, p.cpuCause)
	}
	n := w.node(c, cpuNode, parent)
	n.cause, n.queued = p.cpuCause, queued
	w.advance(p)
}
