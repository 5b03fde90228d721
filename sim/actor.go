package sim

import (
	"time"

	"tlslab/sim/recording"
	"tlslab/sim/tcp"
)

// deed is one thing that a step does, priced for its host.
type deed struct {
	action recording.Action // Work, Pause, Write, Mark, CloseEnd, Fetch, Known or answered; in a recording's steps, Data
	takes  time.Duration    // Work: on this host; Pause
	bytes  int64            // Write; Fetch: the request
	back   int64            // Fetch: the answer
	moment recording.Moment // Mark
	data   *data            // Data
}

func priceItems(deeds []deed, items []recording.Item, h Host) ([]deed, error) {
	for _, it := range items {
		switch it.Action {
		case recording.Compute, recording.Work:
			takes := it.Work
			if it.Action == recording.Compute {
				var err error
				if takes, err = h.Costs.Price(it.Op); err != nil {
					return nil, err
				}
			}
			deeds = addWork(deeds, h.slow(takes))
		case recording.Pause:
			deeds = append(deeds, deed{action: recording.Pause, takes: it.Work})
		case recording.Write:
			deeds = append(deeds, deed{action: recording.Write, bytes: int64(it.Bytes)})
		case recording.Mark:
			deeds = append(deeds, deed{action: recording.Mark, moment: it.Moment})
		case recording.CloseEnd, recording.Known:
			deeds = append(deeds, deed{action: it.Action})
		case recording.Fetch:
			deeds = append(deeds, deed{action: recording.Fetch, bytes: int64(it.Bytes), back: int64(it.Back)})
		}
	}
	return deeds, nil
}

// addWork adds an operation. Those that follow each other are one stretch of work.
func addWork(deeds []deed, takes time.Duration) []deed {
	if k := len(deeds); k > 0 && deeds[k-1].action == recording.Work {
		deeds[k-1].takes = min(deeds[k-1].takes+takes, forever)
		return deeds
	}
	return append(deeds, deed{action: recording.Work, takes: takes})
}

// actor is one side of a connection at work: its TCP endpoint, and the program
// that reads from it, computes and writes to it, one thing at a time.
type actor struct {
	ep      tcp.Endpoint
	due     time.Duration // of the endpoint's event in the queue; never when there is none
	last    tcp.Tag       // the last event of this actor
	script  script
	deeds   []deed // of the step in hand, those to come
	read    int64  // bytes taken from the endpoint
	wanting int64  // with so many bytes of the peer's the next step cannot begin; -1: not known
	busy    bool   // on a core, or waiting for one, or in a pause
	ready   int32  // the node since which it has been busy
	began   time.Duration
	cpu     time.Duration // charged so far
}

func (a *actor) reset(cfg *tcp.Config) {
	a.ep.Reset(cfg)
	a.due = never
	a.last = 0
	a.script = nil
	a.deeds, a.read, a.wanting = nil, 0, -1
	a.busy, a.ready, a.began, a.cpu = false, 0, 0, 0
}

// settle lets an actor do all it can after an event: what its TCP has to send
// leaves, its program goes on, and its next deadline is set.
func (w *World) settle(who int32) {
	a := &w.actors[who]
	a.last = w.tag
	w.transmit(who)
	c := &w.conns[who/2]
	if err := a.ep.Err(); err != nil {
		c.fail(outcomeOf(err))
		if w.isFetch(who) {
			w.forgo(who/2 - int32(w.mains))
		}
		return
	}
	if a.ep.Established() {
		if sideOf(who) == client && c.connect < 0 {
			c.connect = w.now - c.start
		}
		w.work(who)
	}
	w.arm(who)
}

// work goes on with an actor's program until it waits for bytes or for a core.
func (w *World) work(who int32) {
	a := &w.actors[who]
	c := &w.conns[who/2]
	for !a.busy {
		arrived := a.ep.Delivered()
		if len(a.deeds) == 0 {
			if arrived == a.wanting {
				return
			}
			if n := arrived - a.read; n > 0 {
				a.read = arrived
				a.ep.Read(w.now, w.tag, n)
				w.transmit(who)
			}
			deeds, ok, err := a.script.step(instant{now: w.now, mss: a.ep.MSS()}, arrived)
			if err != nil {
				c.fail(outcomeOf(err))
				return
			}
			if !ok {
				a.wanting = arrived
				return
			}
			a.deeds = deeds
			continue
		}
		d := &a.deeds[0]
		a.deeds = a.deeds[1:]
		switch d.action {
		case recording.Work:
			w.compute(who, d.takes)
		case recording.Pause:
			a.busy, a.ready = true, int32(w.tag)
			w.events.schedule(w.now+d.takes, wakeActor, who)
		case recording.Write:
			a.ep.Write(w.now, w.tag, d.bytes)
			w.transmit(who)
		case recording.Mark:
			c.moments[d.moment] = moment{at: w.now, node: int32(w.tag)}
		case recording.CloseEnd:
			a.ep.CloseWrite(w.now, w.tag)
			w.transmit(who)
		case recording.Fetch:
			w.ask(who, d)
		case answered:
			w.answer(who)
		}
	}
}

// compute puts an actor's work on a core of its host, or in the queue for one.
func (w *World) compute(who int32, takes time.Duration) {
	if takes == 0 {
		return
	}
	a := &w.actors[who]
	a.busy = true
	a.ready = int32(w.tag)
	if w.hosts[w.hostOf(who)].take(task{who, takes}) {
		w.beginTask(who, takes)
	}
}

func (w *World) beginTask(who int32, takes time.Duration) {
	a := &w.actors[who]
	a.began = w.now
	a.cpu += takes
	w.events.schedule(w.now+takes, wakeHost, who)
}

// resume goes on with the program of an actor whose pause is over.
func (w *World) resume(who int32) {
	a := &w.actors[who]
	a.busy = false
	if w.conns[who/2].over {
		return
	}
	w.hash.mix(resumed, int64(w.now), int64(who), 0)
	w.node(node{kind: pauseNode, side: sideOf(who), parent: a.ready})
	w.settle(who)
}

// finishTask gives the core to the next in the queue, and goes on with the
// program of the actor whose work is done.
func (w *World) finishTask(who int32) {
	a := &w.actors[who]
	if t, ok := w.hosts[w.hostOf(who)].release(); ok {
		w.beginTask(t.who, t.takes)
	}
	a.busy = false
	if w.conns[who/2].over {
		return
	}
	w.hash.mix(computed, int64(w.now), int64(who), int64(a.began))
	w.node(node{
		kind: cpuNode, side: w.hostOf(who), parent: a.ready,
		queued: a.began - w.nodes[a.ready].at,
	})
	w.settle(who)
}
