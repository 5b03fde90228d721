package sim

import (
	"errors"
	"fmt"

	"tlslab/netem"
)

// Topology is what stands before any connection is opened: hosts, one-way links,
// and the paths that they form.
type Topology struct {
	Hosts []Host
	Links []netem.Config
	Paths []Path
}

// Path is a way between two hosts and back: links in a row, as indices of
// Topology.Links, one or more in each direction. Paths may share links.
type Path struct {
	Up   []int // from client to server
	Down []int // and back
}

// Validate reports what no world can be built from.
func (t *Topology) Validate() error {
	for i := range t.Hosts {
		if err := t.Hosts[i].validate(fmt.Sprintf("host %d", i)); err != nil {
			return err
		}
	}
	for i := range t.Links {
		if err := t.Links[i].Validate(); err != nil {
			return fmt.Errorf("link %d: %w", i, err)
		}
	}
	for i := range t.Paths {
		p := &t.Paths[i]
		if err := errors.Join(t.validateDirection("up", p.Up), t.validateDirection("down", p.Down)); err != nil {
			return fmt.Errorf("path %d: %w", i, err)
		}
	}
	return nil
}

func (t *Topology) validateDirection(name string, links []int) error {
	if len(links) == 0 {
		return fmt.Errorf("%s: no link", name)
	}
	for _, l := range links {
		if l < 0 || l >= len(t.Links) {
			return fmt.Errorf("%s: link %d: there are %d", name, l, len(t.Links))
		}
	}
	return nil
}
