package sim

import (
	"fmt"
	"time"

	"tlslab/engine/op"
	"tlslab/engine/record"
	"tlslab/sim/costs"
	"tlslab/sim/recording"
)

// played is a recording priced for the hosts of a world. All its connections
// share it.
type played struct {
	branches []playedBranch
	sizing   [2]*record.Sizing                          // by side
	decide   func(sent, came instant) recording.Outcome // asked when the server has the ClientHello
	asks     bool                                       // the client may ask a responder
	last     recording.Moment                           // with which a connection has come to what it was for
}

type playedBranch struct {
	outcome recording.Outcome
	steps   [2][]step // by side
}

// step is a recording's step for one host: operations that follow each other are
// one stretch of work, and Data is not yet cut into records.
type step struct {
	at     int64
	deeds  []deed
	splits bool  // there is Data among the deeds
	pauses bool  // it ends in a pause; the next step goes on after it
	bytes  int64 // written, where there is no Data

	annotations []annotation
}

// data is application data that is to be cut into records.
type data struct {
	framing    record.Framing
	cipher     string
	seal, open costs.Price
	from, to   Host
}

// priceData prices the records of Data, which goes from a host to another.
func priceData(it *recording.Item, from, to Host) (d *data, err error) {
	d = &data{framing: it.Framing, cipher: it.Cipher, from: from, to: to}
	if d.seal, err = from.Costs.Find(op.Seal, it.Cipher); err != nil {
		return nil, err
	}
	if d.open, err = to.Costs.Find(op.Open, it.Cipher); err != nil {
		return nil, err
	}
	return d, nil
}

// wholeRecords is how data is cut where nothing is said of it.
var wholeRecords = record.Sizing{Stages: []record.Stage{{Plain: record.MaxPlaintext}}}

func priceRecording(rec *recording.Recording, client, server Host) (*played, error) {
	p := &played{
		sizing: [2]*record.Sizing{rec.ClientSizing, rec.ServerSizing},
		last:   rec.Branches[0].Complete(),
	}
	for i := range p.sizing {
		if p.sizing[i] == nil {
			p.sizing[i] = &wholeRecords
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
		p.asks = p.asks || b.Fetches()
		p.branches = append(p.branches, playedBranch{b.Outcome, [2][]step{up, down}})
	}
	return p, nil
}

// priceSteps turns a recording's steps into steps for a host, whose data goes to
// another. After a pause begins a step of its own, for what is decided at its
// instant.
func priceSteps(steps []recording.Step, from, to Host) ([]step, error) {
	var out []step
	var p pricedItems
	for _, s := range steps {
		out = append(out, step{at: s.At})
		p.deeds, p.annotations = nil, nil
		for i := range s.Items {
			it := &s.Items[i]
			now := &out[len(out)-1]
			if now.pauses {
				out = append(out, step{at: s.At})
				p.deeds, p.annotations = nil, nil
				now = &out[len(out)-1]
			}
			if err := p.add(it, from, to); err != nil {
				return nil, fmt.Errorf("step at %d: %w", s.At, err)
			}
			switch it.Action {
			case recording.Data:
				now.splits = true
			case recording.Pause:
				now.pauses = true
			case recording.Write:
				now.bytes += int64(it.Bytes)
			}
			now.deeds, now.annotations = p.deeds, p.annotations
		}
	}
	return out, nil
}

// replay is one connection of a recording: the scripts of its two sides, and what
// they have decided. Until the server has the ClientHello they begin alike,
// whatever comes of it.
type replay struct {
	*played
	branch *playedBranch // the one decided on; nil before
	sent   instant       // of the ClientHello
	sides  [2]replaySide
}

// reset makes it as new, of a recording, keeping its memory.
func (r *replay) reset(p *played) {
	r.played, r.branch = p, nil
	for s := range r.sides {
		g := &r.sides[s]
		g.replay, g.side, g.next, g.excess = r, side(s), 0, 0
		g.splitter.sizer.Sizing = p.sizing[s]
		g.splitter.reset()
	}
}

// take goes on with the branch of an outcome.
func (r *replay) take(o recording.Outcome) error {
	for i := range r.branches {
		if r.branches[i].outcome == o {
			r.branch = &r.branches[i]
			return nil
		}
	}
	return fmt.Errorf("recording has no branch %q", o)
}

// replaySide is the script of one side.
type replaySide struct {
	*replay
	side     side
	next     int            // step
	splitter recordSplitter // of what this side sends
	excess   int64          // bytes of records opened so far that are not their plaintext

	// The step in hand, where it is not recorded as it is: what is priced of it, and
	// how it goes on.
	made    bool
	priced  pricedItems
	at      instant // of the step
	current *step   // the recorded step that it goes on with; nil: the next one that waits
	deed    int     // the next one of current
	left    int64   // bytes of Data of this deed that are in records yet to come
	through int64   // steps that wait for so many bytes of the peer's data belong to it
}

func (r *replaySide) step(at instant, arrived int64) ([]deed, bool, error) {
	steps := r.steps()
	next := int64(never)
	if r.next < len(steps) {
		next = steps[r.next].at
	}
	if run := r.sides[1-r.side].splitter.unopened(); run != nil && next > run.start-r.excess {
		first := run.first()
		if first.end > arrived {
			return nil, false, nil
		}
		r.begin(at)
		r.open(first, run.data)
		return r.goOn(), true, nil
	}
	if r.next == len(steps) || next > arrived-r.excess {
		return nil, false, nil
	}
	if r.branch == nil && r.side == client {
		r.sent = at
	}
	if r.branch == nil && r.side == server {
		if err := r.take(r.decide(r.sent, at)); err != nil {
			return nil, false, err
		}
		steps = r.steps()
	}
	s := &steps[r.next]
	r.next++
	if !s.splits {
		r.made = false
		r.splitter.written += s.bytes
		return s.deeds, true, nil
	}
	r.begin(at)
	r.current = s
	return r.goOn(), true, nil
}

// steps are those of the branch decided on. Before, any does: they begin alike.
func (r *replaySide) steps() []step {
	if r.branch == nil {
		return r.branches[0].steps[r.side]
	}
	return r.branch.steps[r.side]
}

// begin begins a step that is not recorded as it is.
func (r *replaySide) begin(at instant) {
	r.made, r.at, r.current, r.deed, r.left, r.through = true, at, nil, 0, 0, -1
	r.priced.reset()
	r.priced.quiet = !at.observed
}

// open opens a record of the peer's. What waits for the bytes in it belongs to the step.
func (r *replaySide) open(first sealedRecord, d *data) {
	r.through = first.start - r.excess + int64(first.plain)
	r.excess += first.end - first.start - int64(first.plain)
	r.sides[1-r.side].splitter.opened()
	r.priced.addOperation(op.Op{Kind: op.Open, Alg: d.cipher, Size: first.plain}, d.to.slow(d.open.Of(first.plain)))
}

func (r *replaySide) rest() []deed {
	r.priced.reset()
	return r.goOn()
}

// goOn adds deeds to the step in hand, up to a record with more behind it.
func (r *replaySide) goOn() []deed {
	for {
		if r.current == nil {
			steps := r.steps()
			if r.next == len(steps) || steps[r.next].at > r.through {
				return r.priced.deeds
			}
			r.current, r.deed = &steps[r.next], 0
			r.next++
		}
		if r.addDeeds(); r.left > 0 {
			r.priced.deeds = append(r.priced.deeds, deed{action: continued})
			return r.priced.deeds
		}
		pauses := r.current.pauses
		r.current = nil
		if pauses {
			return r.priced.deeds
		}
	}
}

// addDeeds adds those of the current step, up to a record with more behind it.
func (r *replaySide) addDeeds() {
	for ; r.deed < len(r.current.deeds); r.deed++ {
		d := &r.current.deeds[r.deed]
		switch d.action {
		case recording.Data:
			if r.left == 0 {
				r.left = d.bytes
				deed, after := r.priced.workSoFar()
				r.priced.addAnnotations(r.current, r.deed, deed, after)
			}
			if r.left -= r.splitter.write(&r.priced, r.at, r.left, d.data); r.left > 0 {
				return
			}
			continue
		case recording.Write:
			r.splitter.written += d.bytes
		}
		r.priced.addFrom(r.current, r.deed)
	}
	deed, after := r.priced.workSoFar()
	r.priced.addAnnotations(r.current, r.deed, deed, after)
}

func (r *replaySide) annotations() []annotation {
	if r.made {
		return r.priced.annotations
	}
	return r.steps()[r.next-1].annotations
}

// early says what the server has decided on early data: see Result.
func (r *replaySide) early() int {
	if r.branch == nil {
		return -1
	}
	return accepted(earlyOf[r.branch.outcome])
}

// inWindow decides by a recording's window on early data. The client tells a
// ticket's age in whole milliseconds (RFC 9846 §4.3.11.1).
func inWindow(rec *recording.Recording) func(sent, came instant) recording.Outcome {
	return func(sent, came instant) recording.Outcome {
		if came.now-sent.now.Truncate(time.Millisecond) <= rec.EarlyWindow {
			return recording.Early
		}
		return recording.EarlyRejected
	}
}
