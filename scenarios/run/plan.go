package run

import (
	"context"
	"errors"
	"fmt"

	"tlslab/results"
	"tlslab/scenarios"
	"tlslab/sim"
	"tlslab/sim/costs"
	"tlslab/sim/recording"
)

// A world runs replicates of one cell.
type world interface {
	Run(seed uint64) sim.Result
}

// A plan is a scenario made ready to run: every cell was checked by making its world.
type plan struct {
	scenario *scenarios.Scenario
	seeds    results.SeedStream
	cells    []plannedCell
}

type plannedCell struct {
	levels []string
	config *scenarios.Config
	open   func() (world, error) // returns a new world, one for each worker
}

// Tables returns the cost table of a name.
type Tables func(name string) (*costs.Table, error)

// newPlan records the exchanges and builds one world of each cell, so that every mistake is found
// before anything runs. An error of a setting is of type document.Errors, with its place in the
// scenario.
func newPlan(ctx context.Context, s *scenarios.Scenario, tables Tables) (*plan, error) {
	p := &plan{scenario: s, seeds: scenarios.NetworkSeeds(s.Seed)}
	recorded := map[string]*recording.Recording{}
	for i := range s.Cells {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c := &s.Cells[i]
		rec, err := record(ctx, s, c, recorded)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			return nil, s.Locate(c, err)
		}
		cfg, err := c.Config.World(tables)
		if err != nil {
			return nil, s.Locate(c, err)
		}
		branch := rec.Branches[0].Outcome
		open := func() (world, error) { return c.Config.NewReplicator(cfg, rec, branch) }
		if _, err := open(); err != nil {
			return nil, s.Locate(c, fmt.Errorf("%w: %w", ErrScenario, err))
		}
		p.cells = append(p.cells, plannedCell{levels: c.Levels, config: &c.Config, open: open})
	}
	return p, nil
}

// ErrScenario is the error of a cell whose engines cannot be configured as the scenario says.
var ErrScenario = errors.New("bad scenario")

// record returns the recording of a cell's exchange, made once for all cells with the same
// exchange.
func record(ctx context.Context, s *scenarios.Scenario, c *scenarios.Cell, recorded map[string]*recording.Recording) (*recording.Recording, error) {
	key, err := c.Config.ExchangeKey()
	if err != nil {
		return nil, err
	}
	if rec, ok := recorded[key]; ok {
		return rec, nil
	}
	exchange, err := await(ctx, func() (sim.Exchange, error) { return c.Config.Exchange(s.Seed) })
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrScenario, err)
	}
	rec, err := sim.Record(ctx, exchange)
	if err != nil {
		return nil, err
	}
	recorded[key] = rec
	return rec, nil
}

// await returns the result of f, or the error of ctx as soon as ctx ends. f then continues alone:
// generating the RSA keys of a long chain takes many seconds and cannot be interrupted.
func await[T any](ctx context.Context, f func() (T, error)) (result T, err error) {
	done := make(chan func() (T, error), 1)
	go func() {
		result, err := f()
		done <- func() (T, error) { return result, err }
	}()
	select {
	case <-ctx.Done():
		return result, ctx.Err()
	case finished := <-done:
		return finished()
	}
}
