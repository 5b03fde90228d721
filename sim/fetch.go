package sim

import (
	"errors"
	"math"
	"time"

	"tlslab/engine"
	"tlslab/sim/recording"
	"tlslab/sim/tcp"
)

// A client that asks the authority stops in the middle of a step, at the deed
// Fetch, until a second connection has brought the answer:
//
//	client ══ links of the connection ══ server
//	  └────── links of the authority ─── authority
//
// That connection's flow lies behind those of the connections proper. What the
// client then does descends from the arrival of the answer, so the critical path
// leads through the authority's links and host, and its parts add up as ever. The
// links have seeds of their own: whether the authority is asked does not shift
// what happens to any packet of the connection.

// answered is a deed of a fetch alone: the whole answer is there.
const answered recording.Action = math.MaxUint8

// Unanswered is the outcome of a connection whose client had no answer from the
// authority: the alert by which the engine ends it.
var Unanswered = "alert " + engine.AlertCertificateUnknown.String()

// fetch is the question of one connection.
type fetch struct {
	waiting bool
	since   moment        // when it was asked
	took    time.Duration // until the answer was there; negative: it was not
	sides   [2]fetchSide
}

// fetchSide is the script of one side of a fetch.
type fetchSide struct {
	steps [2]step
	deeds [2][3]deed // room for theirs
	n     int
	next  int // step
}

func (s *fetchSide) step(_ instant, arrived int64) ([]deed, bool, error) {
	if s.next == s.n || s.steps[s.next].at > arrived {
		return nil, false, nil
	}
	s.next++
	return s.steps[s.next-1].deeds, true, nil
}

// early: nobody says any.
func (*fetchSide) early() int { return -1 }

// set writes a step.
func (s *fetchSide) set(k int, at int64, deeds ...deed) {
	n := copy(s.deeds[k][:], deeds)
	s.steps[k] = step{at: at, deeds: s.deeds[k][:n]}
	s.n, s.next = k+1, 0
}

// reset makes a question as new: not asked.
func (f *fetch) reset() { f.waiting, f.since, f.took = false, moment{node: -1}, -1 }

// prepare writes what both sides do: a request and, at the authority, work, an
// answer and the end of the connection.
func (f *fetch) prepare(request, response int64, work time.Duration) {
	f.sides[client].set(0, 0, deed{action: recording.Write, bytes: request})
	f.sides[client].set(1, response, deed{action: recording.CloseEnd}, deed{action: answered})
	f.sides[server].set(0, request, deed{action: recording.Work, takes: work}, deed{action: recording.Write, bytes: response}, deed{action: recording.CloseEnd})
}

// errNoAuthority is that of a world without the host that a recording asks.
var errNoAuthority = errors.New("the client asks the certificate authority, and the world has none")

// resetFetches readies the authority's host, its links and the connections to it.
func (w *World) resetFetches(seed uint64, clientTCP *tcp.Config) {
	ca := w.cfg.Authority
	if ca == nil {
		return
	}
	apart := seedStream{seed ^ authoritySeed}
	s := seedStream{apart.next()}
	for i := w.shared; i < len(w.hops); i++ {
		w.hops[i].link.Reset(s.next())
		w.hops[i].due = never
	}
	w.hosts[authority].reset(ca.Host.Cores)
	caTCP := ca.TCP
	caTCP.ClockOffset += s.clock()
	for len(w.fetches) < w.mains {
		w.fetches = append(w.fetches, fetch{})
	}
	w.fetches = w.fetches[:w.mains]
	for i := range w.fetches {
		f := &w.fetches[i]
		f.reset()
		a, b := w.extend(clientTCP), w.extend(&caTCP)
		w.actors[a].script, w.actors[b].script = &f.sides[client], &f.sides[server]
		w.conns = append(w.conns, newConn(recording.LastByte))
	}
}

// authoritySeed tells the draws of the authority's links from all others.
const authoritySeed = 0x0c5f_a117_0617_9e37

// ask begins a client's question, and stops its program.
func (w *World) ask(who int32, d *deed) {
	ca := w.cfg.Authority
	f, flow := &w.fetches[who/2], who/2+int32(w.mains)
	w.actors[who].busy = true
	f.waiting, f.since = true, moment{at: w.now, node: int32(w.tag)}
	f.prepare(d.bytes, d.back, w.answering)
	if ca.Timeout > 0 && ca.Timeout < never-w.now {
		w.events.schedule(w.now+ca.Timeout, wakeFetch, who/2)
	}
	w.conns[flow].start = w.now
	w.actors[2*flow+int32(server)].ep.Listen()
	w.actors[2*flow].ep.Connect(w.now, w.tag)
	w.settle(2 * flow)
}

// answer lets the client go on that has its answer.
func (w *World) answer(who int32) {
	flow := who/2 - int32(w.mains)
	f := &w.fetches[flow]
	if !f.waiting || w.conns[flow].over {
		return
	}
	f.waiting = false
	f.took = w.now - f.since.at
	w.actors[2*flow].busy = false
	w.settle(2 * flow)
}

// forgo ends the wait of a connection's client for an answer that does not come.
// One that fails softly goes on without what only an answer would have cost.
func (w *World) forgo(flow int32) {
	f := &w.fetches[flow]
	if !f.waiting || w.conns[flow].over {
		return
	}
	f.waiting = false
	w.conns[flow+int32(w.mains)].over = true
	if !w.cfg.Authority.SoftFail {
		w.conns[flow].fail(Unanswered)
		return
	}
	w.hash.mix(timer, int64(w.now), int64(flow), 1)
	w.node(node{kind: forgoneNode, side: client, parent: f.since.node})
	a := &w.actors[2*flow]
	for len(a.deeds) > 0 {
		d := a.deeds[0]
		a.deeds = a.deeds[1:]
		if d.action == recording.Known {
			break
		}
	}
	a.busy = false
	w.settle(2 * flow)
}

// isFetch says whether an actor is of a connection to the authority.
func (w *World) isFetch(who int32) bool { return int(who/2) >= w.mains }

// hostOf is the host on which an actor is.
func (w *World) hostOf(who int32) side {
	if s := sideOf(who); s == client || !w.isFetch(who) {
		return s
	}
	return authority
}
