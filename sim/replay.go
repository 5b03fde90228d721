package sim

import (
	"fmt"

	"tlslab/sim/recording"
)

// played is a recording priced for the hosts of a world. All its connections
// share it.
type played struct {
	branches []playedBranch
	decide   func(instant) recording.Outcome // asked when the server has the ClientHello
}

type playedBranch struct {
	outcome recording.Outcome
	steps   [2][]step // by side
}

func priceRecording(rec *recording.Recording, cfg Config) (*played, error) {
	p := new(played)
	for i := range rec.Branches {
		b := &rec.Branches[i]
		up, err := price(b.Client, cfg.Client)
		if err != nil {
			return nil, fmt.Errorf("client: %w", err)
		}
		down, err := price(b.Server, cfg.Server)
		if err != nil {
			return nil, fmt.Errorf("server: %w", err)
		}
		p.branches = append(p.branches, playedBranch{b.Outcome, [2][]step{up, down}})
	}
	return p, nil
}

// replay is one connection of a recording: the scripts of its two sides, and what
// they have decided. Until the server has the ClientHello they begin alike,
// whatever comes of it.
type replay struct {
	*played
	branch *playedBranch // the one decided on; nil before
	sides  [2]replaySide
}

// replaySide is the script of one side.
type replaySide struct {
	*replay
	side side
}

func newReplay(p *played) *replay {
	r := &replay{played: p}
	for s := range r.sides {
		r.sides[s] = replaySide{r, side(s)}
	}
	return r
}

// reset makes a connection as new.
func (r *replay) reset() { r.branch = nil }

func (r *replaySide) step(at instant, k int, arrived int64) ([]deed, bool, error) {
	branch := r.branch
	if branch == nil {
		branch = &r.branches[0] // as good as any: they begin alike
	}
	steps := branch.steps[r.side]
	if k == len(steps) || steps[k].at > arrived {
		return nil, false, nil
	}
	if r.branch == nil && r.side == server {
		if err := r.take(r.decide(at)); err != nil {
			return nil, false, err
		}
		steps = r.branch.steps[server]
	}
	return steps[k].deeds, true, nil
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
