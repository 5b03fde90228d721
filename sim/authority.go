package sim

import (
	"fmt"
	"time"

	"tlslab/engine/op"
	"tlslab/netem"
	"tlslab/sim/tcp"
)

// Authority is a third host: the one of the certificate authority that a client
// asks, over links of its own, whether the server's certificate was revoked. The
// question is a connection of TCP like any other, and a POST over plain HTTP (RFC
// 6960 §A.1); that its host's address must be looked up is left out.
type Authority struct {
	Up, Down []netem.Config // links in a row, client to authority and back; one or more each
	Host     Host
	TCP      tcp.Config
	Ops      []op.Op       // what it computes for each answer; none where it has signed ahead
	Timeout  time.Duration // after which a client waits no longer; 0: as long as TCP does
	SoftFail bool          // a client without an answer goes on
}

func (a *Authority) validate() error {
	if err := a.Host.validate("authority"); err != nil {
		return err
	}
	if err := a.TCP.Validate(); err != nil {
		return fmt.Errorf("authority: %w", err)
	}
	if a.Timeout < 0 {
		return fmt.Errorf("authority: timeout %v: want 0 (none) or more", a.Timeout)
	}
	if err := validateWay("up to the authority", a.Up); err != nil {
		return err
	}
	return validateWay("down from the authority", a.Down)
}

// validateWay holds a way of links in a row to what a link can be.
func validateWay(name string, links []netem.Config) error {
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

// work is what one answer takes on the authority's host.
func (a *Authority) work() (total time.Duration, err error) {
	for _, o := range a.Ops {
		takes, err := a.Host.Costs.Price(o)
		if err != nil {
			return 0, fmt.Errorf("authority: %w", err)
		}
		total = min(total+a.Host.slow(takes), forever)
	}
	return total, nil
}
