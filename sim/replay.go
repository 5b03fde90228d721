package sim

import (
	"fmt"
	"slices"
	"time"

	"tlslab/engine/op"
	"tlslab/engine/record"
	"tlslab/sim/recording"
)

// pricedRecording is a recording whose operations have the times of two hosts. Connections share
// it.
type pricedRecording struct {
	branches []pricedBranch
	sizing   [2]*record.Sizing // by side
	fetch    bool              // the client may fetch an OCSP response
	last     recording.Moment  // the moment that completes the exchange

	// decide chooses the branch when the server has the ClientHello, which the client has sent and
	// the server received at these instants.
	decide func(sent, received instant) recording.Outcome
}

type pricedBranch struct {
	outcome recording.Outcome
	early   int             // Result.EarlyData
	steps   [2][]pricedStep // by side; the last one is never reached
}

// pricedStep is a step of a recording. Adjacent operations are one stretch of work; Data is not yet
// split into records.
type pricedStep struct {
	at      int64 // bytes of the peer's stream
	actions []action
	splits  bool  // there is Data among the actions
	pauses  bool  // the step ends with a pause; the next one follows it
	written int64 // bytes of the writes; unused if there is Data

	annotations []annotation
}

// fullRecords splits Data into the longest records.
var fullRecords = record.Sizing{Stages: []record.Stage{{Plain: record.MaxPlaintext}}}

func priceRecording(rec *recording.Recording, client, server Host) (*pricedRecording, error) {
	p := &pricedRecording{
		sizing: [2]*record.Sizing{rec.ClientSizing, rec.ServerSizing},
		last:   rec.Branches[0].Complete(),
	}
	for s := range p.sizing {
		if p.sizing[s] == nil {
			p.sizing[s] = &fullRecords
		}
	}
	for i := range rec.Branches {
		b := &rec.Branches[i]
		up, err := priceSteps(b.Client, client, server)
		if err != nil {
			return nil, fmt.Errorf("client: %w", err)
		}
		down, err := priceSteps(b.Server, server, client)
		if err != nil {
			return nil, fmt.Errorf("server: %w", err)
		}
		p.fetch = p.fetch || b.Fetches()
		p.branches = append(p.branches, pricedBranch{
			b.Outcome, accepted(earlyDataOf[b.Outcome]), [2][]pricedStep{up, down},
		})
	}
	return p, nil
}

// priceSteps prices the steps of a side on the host from, which sends to the host to, and adds one
// that is never reached. A new step begins after a pause: it decides at the instant at which the
// pause ends.
func priceSteps(steps []recording.Step, from, to Host) ([]pricedStep, error) {
	var out []pricedStep
	var p pricedItems
	for i, s := range steps {
		out = append(out, pricedStep{at: s.At})
		if i > 0 && sharesWork(&s, &steps[i-1]) {
			last := &out[len(out)-2]
			out[len(out)-1].actions, out[len(out)-1].annotations = last.actions, last.annotations
			continue
		}
		p.actions, p.annotations = nil, nil
		for i := range s.Items {
			it := &s.Items[i]
			if out[len(out)-1].pauses {
				out = append(out, pricedStep{at: s.At})
				p.actions, p.annotations = nil, nil
			}
			if err := p.add(it, from, to); err != nil {
				return nil, fmt.Errorf("step at %d: %w", s.At, err)
			}
			step := &out[len(out)-1]
			switch it.Action {
			case recording.Data:
				step.splits = true
			case recording.Pause:
				step.pauses = true
			case recording.Write:
				step.written += int64(it.Bytes)
			}
			step.actions, step.annotations = p.actions, p.annotations
		}
	}
	return append(out, pricedStep{at: int64(never)}), nil
}

// sharesWork reports whether a step has the same items as the last one, in memory, and only
// operations.
func sharesWork(s, last *recording.Step) bool {
	if len(s.Items) == 0 || len(s.Items) != len(last.Items) || &s.Items[0] != &last.Items[0] {
		return false
	}
	return !slices.ContainsFunc(s.Items, func(it recording.Item) bool { return it.Action != recording.Compute })
}

// replay is a connection that replays a recording. Before the server has the ClientHello no branch
// is chosen: all branches begin alike.
type replay struct {
	*pricedRecording
	branch *pricedBranch // nil: not chosen
	sent   instant       // of the ClientHello
	sides  [2]replaySide
}

// reset begins a connection of a recording and keeps the memory of the last one.
func (r *replay) reset(p *pricedRecording) {
	r.pricedRecording, r.branch = p, nil
	for s := range r.sides {
		e := &r.sides[s]
		e.replay, e.side, e.steps, e.next, e.overhead = r, side(s), p.branches[0].steps[s], 0, 0
		e.splitter.sizer.Sizing = p.sizing[s]
		e.splitter.reset()
	}
}

// choose chooses the branch of an outcome.
func (r *replay) choose(o recording.Outcome) error {
	for i := range r.branches {
		if r.branches[i].outcome == o {
			r.branch = &r.branches[i]
			for s := range r.sides {
				r.sides[s].steps = r.branch.steps[s]
			}
			return nil
		}
	}
	return fmt.Errorf("recording has no branch %q", o)
}

// replaySide is the step source of one side.
type replaySide struct {
	*replay
	side     side
	steps    []pricedStep   // of the chosen branch; before, of the first one
	next     int            // index of the next step
	splitter recordSplitter // of what this side sends
	overhead int64          // bytes of Data's opened records that are not application data

	// A step that opens a record of Data, or splits Data into records, is assembled when it begins
	// and while it goes on.
	assembled bool        // the step in hand
	priced    pricedItems // what step or rest returns of it
	at        instant     // at which it began
	current   *pricedStep // the recorded step that it has come to; nil: it has come to none
	action    int         // index of the next action of current
	unsplit   int64       // bytes of Data of this action that are in no record yet
	through   int64       // recorded steps up to this threshold belong to it
}

func (r *replaySide) step(at instant, arrived int64) ([]action, bool, error) {
	s := &r.steps[r.next]
	if run := r.sides[1-r.side].splitter.unopened(); run != nil && s.at > run.start-r.overhead {
		first := run.first()
		if first.end > arrived {
			return nil, false, nil
		}
		r.assemble(at)
		r.open(first, run.data)
		return r.proceed(), true, nil
	}
	if s.at > arrived-r.overhead {
		return nil, false, nil
	}
	if r.branch == nil {
		if r.side == client {
			r.sent = at
		} else if err := r.choose(r.decide(r.sent, at)); err != nil {
			return nil, false, err
		}
		s = &r.steps[r.next]
	}
	r.next++
	if !s.splits {
		r.assembled = false
		r.splitter.written += s.written
		return s.actions, true, nil
	}
	r.assemble(at)
	r.current = s
	return r.proceed(), true, nil
}

// assemble begins a step that is not returned as it was recorded.
func (r *replaySide) assemble(at instant) {
	r.assembled, r.at, r.current, r.action, r.unsplit, r.through = true, at, nil, 0, 0, -1
	r.priced.reset()
	r.priced.quiet = !at.observed
}

// open opens a record of the peer's. The recorded steps that wait for its application data belong
// to the step in hand.
func (r *replaySide) open(first sealedRecord, d *pricedData) {
	plain := int64(first.plain)
	r.through = first.start - r.overhead + plain
	r.overhead += first.end - first.start - plain
	r.sides[1-r.side].splitter.opened()
	if first.keyUpdate {
		r.priced.addKeyUpdate(d.updates.received, false)
		return
	}
	o := op.Op{Kind: op.Open, Alg: d.cipher, Size: first.plain}
	r.priced.addOperation(o, d.to.slow(d.open.Of(first.plain)))
}

func (r *replaySide) rest() []action {
	r.priced.reset()
	return r.proceed()
}

// proceed adds actions to the step in hand until it is complete, or until a record is sealed after
// which the same Data has another.
func (r *replaySide) proceed() []action {
	for {
		if r.current == nil {
			if r.steps[r.next].at > r.through {
				return r.priced.actions
			}
			r.current, r.action = &r.steps[r.next], 0
			r.next++
		}
		if r.addActions(); r.unsplit > 0 {
			r.priced.actions = append(r.priced.actions, action{kind: continued})
			return r.priced.actions
		}
		pauses := r.current.pauses
		r.current = nil
		if pauses {
			return r.priced.actions
		}
	}
}

// addActions adds the actions of the current recorded step, of Data one record. If unsplit is above
// 0 afterwards, the Data has another record.
func (r *replaySide) addActions() {
	for ; r.action < len(r.current.actions); r.action++ {
		a := &r.current.actions[r.action]
		switch a.kind {
		case recording.Data:
			if r.unsplit == 0 {
				r.unsplit = a.bytes
				r.splitter.begin(a.data)
				r.addKeyChanges()
			}
			r.unsplit -= r.splitter.write(&r.priced, r.at, r.unsplit, a.data)
			if r.unsplit > 0 {
				return
			}
			continue
		case recording.Write:
			r.splitter.written += a.bytes
		}
		r.priced.addFrom(r.current, r.action)
	}
	r.addKeyChanges()
}

// addKeyChanges adds the key changes that stand before Data or at the end of a recorded step.
func (r *replaySide) addKeyChanges() {
	i, after := r.priced.place()
	r.priced.addAnnotations(r.current, r.action, i, after)
}

func (r *replaySide) annotations() []annotation {
	if r.assembled {
		return r.priced.annotations
	}
	return r.steps[r.next-1].annotations
}

func (r *replaySide) early() int {
	if r.branch == nil {
		return -1
	}
	return r.branch.early
}

// inWindow returns the decision on early data by a recording's window. The client states a ticket's
// age in whole milliseconds (RFC 9846 §4.3.11.1).
func inWindow(rec *recording.Recording) func(sent, received instant) recording.Outcome {
	return func(sent, received instant) recording.Outcome {
		if received.now-sent.now.Truncate(time.Millisecond) <= rec.EarlyWindow {
			return recording.Early
		}
		return recording.EarlyRejected
	}
}
