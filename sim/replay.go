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
	cuts   bool  // there is Data among the deeds
	bytes  int64 // written, where there is none
	pauses bool  // it ends in a pause; the next step goes on after it
}

// data is application data that is to be cut into records.
type data struct {
	framing    record.Framing
	seal, open costs.Price
	from, to   Host
}

// wholeRecords is how data is cut where nothing is said of it.
var wholeRecords = record.Sizing{Stages: []record.Stage{{Plain: record.MaxPlaintext}}}

func priceRecording(rec *recording.Recording, cfg Config) (*played, error) {
	p := &played{sizing: [2]*record.Sizing{rec.ClientSizing, rec.ServerSizing}}
	for i := range p.sizing {
		if p.sizing[i] == nil {
			p.sizing[i] = &wholeRecords
		}
	}
	for i := range rec.Branches {
		b := &rec.Branches[i]
		up, err := priceSteps(b.Client, cfg.Client, cfg.Server)
		if err != nil {
			return nil, fmt.Errorf("client: %w", err)
		}
		down, err := priceSteps(b.Server, cfg.Server, cfg.Client)
		if err != nil {
			return nil, fmt.Errorf("server: %w", err)
		}
		p.branches = append(p.branches, playedBranch{b.Outcome, [2][]step{up, down}})
	}
	return p, nil
}

// priceSteps turns a recording's steps into steps for a host, whose data goes to
// another. After a pause begins a step of its own, for what is decided at its
// instant.
func priceSteps(steps []recording.Step, from, to Host) ([]step, error) {
	var out []step
	for _, s := range steps {
		out = append(out, step{at: s.At})
		for _, it := range s.Items {
			if out[len(out)-1].pauses {
				out = append(out, step{at: s.At})
			}
			if err := out[len(out)-1].add(it, from, to); err != nil {
				return nil, fmt.Errorf("step at %d: %w", s.At, err)
			}
		}
	}
	return out, nil
}

func (s *step) add(it recording.Item, from, to Host) (err error) {
	if it.Action == recording.Data {
		return s.addData(&it, from, to)
	}
	s.pauses = it.Action == recording.Pause
	if it.Action == recording.Write {
		s.bytes += int64(it.Bytes)
	}
	s.deeds, err = priceItems(s.deeds, []recording.Item{it}, from)
	return err
}

func (s *step) addData(it *recording.Item, from, to Host) (err error) {
	d := &data{framing: it.Framing, from: from, to: to}
	if d.seal, err = from.Costs.Find(op.Seal, it.Cipher); err != nil {
		return err
	}
	if d.open, err = to.Costs.Find(op.Open, it.Cipher); err != nil {
		return err
	}
	s.cuts = true
	s.deeds = append(s.deeds, deed{action: recording.Data, bytes: int64(it.Bytes), data: d})
	return nil
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

func newReplay(p *played) *replay {
	r := &replay{played: p}
	for s := range r.sides {
		r.sides[s] = replaySide{replay: r, side: side(s), cutter: cutter{sizer: record.Sizer{Sizing: p.sizing[s]}}}
	}
	return r
}

// reset makes a connection as new, keeping its memory.
func (r *replay) reset() {
	r.branch = nil
	for s := range r.sides {
		r.sides[s].next, r.sides[s].excess = 0, 0
		r.sides[s].cutter.reset()
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
	side   side
	next   int    // step
	cutter cutter // of what this side sends
	excess int64  // bytes of records opened so far that are not their plaintext
	deeds  []deed // of the step at hand, where they were not all recorded
}

func (r *replaySide) step(at instant, arrived int64) ([]deed, bool, error) {
	steps := r.steps()
	next := int64(never)
	if r.next < len(steps) {
		next = steps[r.next].at
	}
	if c := r.sides[1-r.side].cutter.front(); c != nil && next > c.start-r.excess {
		if c.end > arrived {
			return nil, false, nil
		}
		r.openRecord(at, c)
		return r.deeds, true, nil
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
	if !s.cuts {
		r.next++
		r.cutter.written += s.bytes
		return s.deeds, true, nil
	}
	r.deeds = r.deeds[:0]
	r.begin(at)
	return r.deeds, true, nil
}

// steps are those of the branch decided on. Before, any does: they begin alike.
func (r *replaySide) steps() []step {
	if r.branch == nil {
		return r.branches[0].steps[r.side]
	}
	return r.branch.steps[r.side]
}

// openRecord opens a record of the peer's, and begins what waits for the bytes in
// it.
func (r *replaySide) openRecord(at instant, c *cut) {
	through := c.start - r.excess + int64(c.plain)
	r.deeds = addWork(r.deeds[:0], c.data.to.slow(c.data.open.Of(int(c.plain))))
	r.excess += c.end - c.start - int64(c.plain)
	r.sides[1-r.side].cutter.pop()
	for steps := r.steps(); r.next < len(steps) && steps[r.next].at <= through; {
		r.begin(at)
		if steps[r.next-1].pauses {
			return
		}
	}
}

// begin adds the deeds of the next step, its data cut into records.
func (r *replaySide) begin(at instant) {
	s := &r.steps()[r.next]
	r.next++
	for i := range s.deeds {
		switch d := &s.deeds[i]; d.action {
		case recording.Work:
			r.deeds = addWork(r.deeds, d.takes)
		case recording.Data:
			r.deeds = r.cutter.cut(r.deeds, at, d.bytes, d.data)
		case recording.Write:
			r.cutter.written += d.bytes
			r.deeds = append(r.deeds, *d)
		default:
			r.deeds = append(r.deeds, *d)
		}
	}
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
