package sim

import (
	"errors"
	"fmt"

	"tlslab/netem"
)

// Topology is the fixed part of a world: hosts, one-way links (at most 8192), and paths.
type Topology struct {
	Hosts []Host
	Links []netem.Config
	Paths []Path
	// SharedClock puts all hosts on one machine, such as a test bed of network namespaces: the
	// ticks of their timers fall together. Otherwise each run draws them for each host.
	//
	// Where both ends wait for the same lost packet, their timers then race in the same way in
	// every run. An example is the loss of a SYN-ACK, after which client and server send again.
	SharedClock bool
}

// Path is the links between two hosts, in order, as indices in Topology.Links: one or more in each
// direction. Paths may share links.
type Path struct {
	Up   []int // from client to server
	Down []int // from server to client
}

// maxLinks is the number of links that timerID has room for.
const maxLinks = 1 << timerBits

// Validate reports the first invalid setting, with the index of its host, link or path.
func (t *Topology) Validate() error {
	if len(t.Links) > maxLinks {
		return fmt.Errorf("%d links: want at most %d", len(t.Links), maxLinks)
	}
	for i := range t.Hosts {
		if err := t.Hosts[i].validate(fmt.Sprintf("host %d", i)); err != nil {
			return err
		}
	}
	if n := len(t.Links) + t.kernelCores(); n > maxLinks {
		return fmt.Errorf("%d links and cores whose kernel takes time: want at most %d", n, maxLinks)
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

// kernelCores returns the number of cores of hosts whose kernel takes time.
func (t *Topology) kernelCores() (n int) {
	for i := range t.Hosts {
		if _, priced := t.Hosts[i].Costs.Kernel(); priced {
			n += t.Hosts[i].Cores
		}
	}
	return n
}

func (t *Topology) validateDirection(name string, links []int) error {
	if len(links) == 0 {
		return fmt.Errorf("%s: no link", name)
	}
	for _, l := range links {
		if l < 0 || l >= len(t.Links) {
			return fmt.Errorf("%s: link %d: the topology has %d", name, l, len(t.Links))
		}
	}
	return nil
}
