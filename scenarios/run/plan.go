package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"tlslab/scenarios"
	"tlslab/sim"
	"tlslab/sim/costs"
	"tlslab/sim/recording"
)

// A world runs replicates of one cell.
type world interface {
	Run(seed uint64) sim.Result
}

// A plan is a scenario made ready: every cell can be run, and nothing is left that could be wrong with it.
type plan struct {
	scenario *scenarios.Scenario
	cells    []plannedCell
}

type plannedCell struct {
	levels  []string
	config  *scenarios.Config
	network scenarios.Network
	open    func() (world, error) // a world of its own for each worker
}

// A Tables finds the cost table of a name.
type Tables func(name string) (*costs.Table, error)

// newPlan records the exchanges and builds one world of each cell, so that whatever is wrong is found before anything runs.
func newPlan(ctx context.Context, s *scenarios.Scenario, tables Tables) (*plan, error) {
	p := &plan{scenario: s}
	recorded := map[string]*recording.Recording{}
	for i := range s.Cells {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c := &s.Cells[i]
		rec, err := record(s, c, recorded)
		if err != nil {
			return nil, inCell(s, c, err)
		}
		cfg, err := worldConfig(&c.Config, tables)
		if err != nil {
			return nil, inCell(s, c, err)
		}
		branch := rec.Branches[0].Outcome
		open := func() (world, error) { return sim.NewReplicator(cfg, rec, branch) }
		if _, err := open(); err != nil {
			return nil, inCell(s, c, fmt.Errorf("%w: %w", ErrScenario, err))
		}
		p.cells = append(p.cells, plannedCell{
			levels: c.Levels, config: &c.Config, network: scenarios.NewNetwork(s.Seed, &c.Config.Link), open: open,
		})
	}
	return p, nil
}

// ErrScenario is the error of a cell whose engines cannot be set up as the scenario says.
var ErrScenario = errors.New("bad scenario")

func inCell(s *scenarios.Scenario, c *scenarios.Cell, err error) error {
	if len(c.Levels) == 0 {
		return err
	}
	return fmt.Errorf("cell %s: %w", s.Describe(c), err)
}

// record returns the recording of a cell's exchange, made once for all cells whose engines are set up alike.
func record(s *scenarios.Scenario, c *scenarios.Cell, recorded map[string]*recording.Recording) (*recording.Recording, error) {
	key, err := json.Marshal([]any{c.Config.TLS, c.Config.Transfer, c.Config.Server.WriteChunk})
	if err != nil {
		return nil, err
	}
	if rec, ok := recorded[string(key)]; ok {
		return rec, nil
	}
	exchange, err := c.Config.Exchange(s.Seed)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrScenario, err)
	}
	rec, err := sim.Record(exchange)
	if err != nil {
		return nil, err
	}
	recorded[string(key)] = rec
	return rec, nil
}

// worldConfig is a cell's configuration in the words of the simulator.
func worldConfig(c *scenarios.Config, tables Tables) (sim.Config, error) {
	client, err := tables(c.Client.Costs)
	if err != nil {
		return sim.Config{}, fmt.Errorf("client.costs: %w", err)
	}
	server, err := tables(c.Server.Costs)
	if err != nil {
		return sim.Config{}, fmt.Errorf("server.costs: %w", err)
	}
	responder, err := responderConfig(c, tables)
	if err != nil {
		return sim.Config{}, fmt.Errorf("ca.costs: %w", err)
	}
	return sim.Config{
		Up:        c.Link.Up,
		Down:      c.Link.Down,
		Client:    sim.Host{Cores: c.Client.Cores, Costs: client, Slowdown: c.Client.Slowdown, TCP: c.TCP},
		Server:    sim.Host{Cores: c.Server.Cores, Costs: server, Slowdown: c.Server.Slowdown, TCP: c.TCP},
		Responder: responder,
		Timeout:   c.Timeout,
	}, nil
}

// responderConfig is the OCSP responder of a cell whose client asks it, and nil of any other.
func responderConfig(c *scenarios.Config, tables Tables) (*sim.ResponderConfig, error) {
	if !c.Fetches() {
		return nil, nil
	}
	table, err := tables(c.CA.Costs)
	if err != nil {
		return nil, err
	}
	return &sim.ResponderConfig{
		Up: c.CA.Link.Up, Down: c.CA.Link.Down,
		Host:     sim.Host{Cores: c.CA.Cores, Costs: table, Slowdown: c.CA.Slowdown, TCP: c.TCP},
		Ops:      c.AuthorityOps(),
		Timeout:  c.CA.Timeout,
		SoftFail: c.TLS.SoftFail,
	}, nil
}
