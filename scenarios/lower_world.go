package scenarios

import (
	"errors"

	"tlslab/engine"
	"tlslab/engine/op"
	"tlslab/sim"
	"tlslab/sim/costs"
	"tlslab/sim/recording"
)

// World lowers the keys of hosts, links, tcp, ca and timeout to the simulator's configuration.
// tables finds the cost table of a name. An error is a *SettingError.
func (c *Config) World(tables func(name string) (*costs.Table, error)) (sim.Config, error) {
	host := func(key string, h Host) (sim.Host, error) {
		table, err := tables(h.Costs)
		if err != nil {
			return sim.Host{}, &SettingError{blame(key), err}
		}
		if table.Name != h.Costs { // errors name the table as the scenario does
			renamed := *table
			renamed.Name = h.Costs
			table = &renamed
		}
		return sim.Host{Cores: h.Cores, Costs: table, Slowdown: h.Slowdown, TCP: c.TCP}, nil
	}
	client, err := host("client.costs", c.Client)
	if err != nil {
		return sim.Config{}, err
	}
	server, err := host("server.costs", c.Server)
	if err != nil {
		return sim.Config{}, err
	}
	world := sim.Config{
		Up: c.Link.Up, Down: c.Link.Down,
		Client: client, Server: server,
		SharedClock: c.SharedClock,
		Timeout:     c.Timeout,
		Background:  c.Background,
	}
	if !c.Fetches() {
		return world, nil
	}
	responder, err := host("ca.costs", Host{Cores: c.CA.Cores, Costs: c.CA.Costs, Slowdown: c.CA.Slowdown})
	if err != nil {
		return sim.Config{}, err
	}
	world.Responder = &sim.ResponderConfig{
		Up: c.CA.Link.Up, Down: c.CA.Link.Down, Host: responder, Ops: c.AuthorityOps(),
		Timeout: c.CA.Timeout, SoftFail: c.TLS.SoftFail,
	}
	return world, nil
}

// NewReplicator opens a world in which a recording is replayed. The error of a cost table that
// lacks a price is a *SettingError.
func (c *Config) NewReplicator(world sim.Config, rec *recording.Recording, branch recording.Outcome) (*sim.Replicator, error) {
	r, err := sim.NewReplicator(world, rec, branch)
	if err == nil {
		return r, nil
	}
	reference, noReference := costs.Reference()
	if noReference != nil {
		return nil, errors.Join(err, noReference)
	}
	for _, side := range []struct {
		key   string
		table **costs.Table
	}{{"client.costs", &world.Client.Costs}, {"server.costs", &world.Server.Costs}} {
		*side.table = reference // the shipped table has every price
		if _, other := sim.NewReplicator(world, rec, branch); other == nil {
			return nil, &SettingError{blame(side.key), err}
		}
	}
	if world.Responder != nil {
		return nil, &SettingError{blame("ca.costs"), err}
	}
	return nil, err
}

// Fetches reports whether a client of this configuration asks the certificate authority.
func (c *Config) Fetches() bool {
	return c.TLS.Revocation == engine.RevocationFetched.String() && !c.TLS.resumes()
}

// AuthorityOps is what the authority computes for each answer. Its key is of the type of the
// server's certificate.
func (c *Config) AuthorityOps() []op.Op {
	if c.CA.Signing != signingOnDemand {
		return nil
	}
	return []op.Op{{Kind: op.Sign, Alg: c.TLS.Certificate}}
}

// HostCosts is a key of a host's cost table, and the name of the table.
type HostCosts struct{ Key, Table string }

// CostTables are the cost tables of the hosts.
func (c *Config) CostTables() []HostCosts {
	tables := []HostCosts{{"client.costs", c.Client.Costs}, {"server.costs", c.Server.Costs}}
	if c.Fetches() {
		tables = append(tables, HostCosts{"ca.costs", c.CA.Costs})
	}
	return tables
}
