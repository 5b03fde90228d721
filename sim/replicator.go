package sim

import (
	"fmt"
	"time"

	"tlslab/engine/op"
	"tlslab/netem"
	"tlslab/sim/recording"
)

// Config configures a world with one connection.
type Config struct {
	Up, Down       []netem.Config // client to server and back, in order; one or more each
	Client, Server Host
	Responder      *ResponderConfig // OCSP responder of the client; nil: none
	SharedClock    bool             // all hosts are on one machine: see Topology
	Timeout        time.Duration    // of the connection: above 0
	Background     Background       // transfers that share the links
}

// ResponderConfig configures an OCSP responder with its own links.
type ResponderConfig struct {
	Up, Down []netem.Config // links from client to responder and back, in order; one or more each
	Host     Host
	Ops      []op.Op       // operations for each response; none if responses are signed in advance
	Timeout  time.Duration // the client's timeout for the response; 0: only TCP's timeouts
	SoftFail bool          // without a response the client goes on
}

// Validate reports the first invalid setting.
func (c *Config) Validate() error {
	if err := c.Client.validate("client"); err != nil {
		return err
	}
	if err := c.Server.validate("server"); err != nil {
		return err
	}
	if err := validateLinks("up", c.Up); err != nil {
		return err
	}
	if err := validateLinks("down", c.Down); err != nil {
		return err
	}
	if c.Responder != nil {
		if err := c.Responder.validate(); err != nil {
			return err
		}
	}
	if err := c.Background.validate(); err != nil {
		return err
	}
	if c.Timeout <= 0 {
		return fmt.Errorf("timeout %v: want a duration above 0", c.Timeout)
	}
	return nil
}

func (r *ResponderConfig) validate() error {
	if err := r.Host.validate("responder"); err != nil {
		return err
	}
	if r.Timeout < 0 {
		return fmt.Errorf("responder: timeout %v: want 0 (none) or more", r.Timeout)
	}
	if err := validateLinks("up to the responder", r.Up); err != nil {
		return err
	}
	return validateLinks("down from the responder", r.Down)
}

// validateLinks reports the first invalid link of a path in one direction.
func validateLinks(name string, links []netem.Config) error {
	if len(links) == 0 {
		return fmt.Errorf("%s: no link", name)
	}
	for i := range links {
		if err := links[i].Validate(); err != nil {
			return fmt.Errorf("%s, link %d: %w", name, i+1, err)
		}
	}
	return nil
}

// Topology returns the topology of the configuration. Host 0 is the client, 1 the server, 2 the
// responder. Path 0 leads to the server, path 1 to the responder. Links have the order up, down, up
// to the responder, down from the responder.
func (c *Config) Topology() Topology {
	t := Topology{Hosts: []Host{c.Client, c.Server}, SharedClock: c.SharedClock}
	t.addPath(c.Up, c.Down)
	if r := c.Responder; r != nil {
		t.Hosts = append(t.Hosts, r.Host)
		t.addPath(r.Up, r.Down)
	}
	return t
}

func (t *Topology) addPath(up, down []netem.Config) {
	t.Paths = append(t.Paths, Path{t.addLinks(up), t.addLinks(down)})
}

func (t *Topology) addLinks(links []netem.Config) (indices []int) {
	for _, l := range links {
		indices = append(indices, len(t.Links))
		t.Links = append(t.Links, l)
	}
	return indices
}

// Connection returns the connection of the configuration in its Topology. The error names an
// operation that the responder's cost table does not have.
func (c *Config) Connection(from Source) (Connection, error) {
	o := Connection{Client: 0, Server: 1, Path: 0, Source: from, Timeout: c.Timeout}
	if r := c.Responder; r != nil {
		work, err := r.Host.Time(r.Ops)
		if err != nil {
			return Connection{}, fmt.Errorf("responder: %w", err)
		}
		o.Responder = &Responder{Host: 2, Path: 1, Work: work, Timeout: r.Timeout, SoftFail: r.SoftFail}
	}
	return o, nil
}

// Replicator runs replicates of one connection. It is not safe for concurrent use.
type Replicator struct {
	world      *World
	connection Connection
	background Background
	result     Result
}

// NewReplicator returns a Replicator that replays a branch of a recording (see NewReplay).
func NewReplicator(cfg Config, rec *recording.Recording, branch recording.Outcome) (*Replicator, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	from, err := NewReplay(rec, branch, cfg.Client, cfg.Server)
	if err != nil {
		return nil, err
	}
	return newReplicator(cfg, from)
}

// NewLiveReplicator returns a Replicator that runs live engines (see Live).
func NewLiveReplicator(cfg Config, x Exchange) (*Replicator, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	from, err := NewLive(x, cfg.Client, cfg.Server)
	if err != nil {
		return nil, err
	}
	return newReplicator(cfg, from)
}

func newReplicator(cfg Config, from Source) (*Replicator, error) {
	w, err := NewWorld(cfg.Topology())
	if err != nil {
		return nil, err
	}
	r := &Replicator{world: w, background: cfg.Background}
	if r.connection, err = cfg.Connection(from); err != nil {
		return nil, err
	}
	if err := r.connection.validate(w); err != nil {
		return nil, err
	}
	r.connection.Ended = func(_ int, result *Result) {
		r.result = *result
		if r.background.enabled() {
			w.stop()
		}
	}
	return r, nil
}

// Run runs the replicate of a seed. The seed decides only the random draws of links and clocks. A
// draw of a link belongs to the packet of that number on the link. So with the same seed the same
// loss rate drops the packets of the same numbers, whatever recording and other settings are, and a
// lower rate drops some of them.
func (r *Replicator) Run(seed uint64) Result {
	r.world.Reset(seed)
	if r.background.enabled() {
		if err := r.background.open(r.world, seed, &r.connection); err != nil {
			return failed(err)
		}
	} else if _, err := r.world.openValid(&r.connection); err != nil {
		return failed(err)
	}
	r.world.Run()
	return r.result
}
