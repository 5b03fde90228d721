package scenarios

import (
	"strings"

	"tlslab/results"
)

// Resolved is a cell as data: the level of each factor, and the value of every key after defaults,
// base, --set and levels.
type Resolved struct {
	Cell map[string]string `json:"cell"`
	// Replicates is the number of replicates of the cell. With a Target it is the most that the
	// cell may have.
	Replicates int             `json:"replicates"`
	Target     *results.Target `json:"target,omitempty"`
	Config     map[string]any  `json:"config"`
}

// Resolved returns all cells in their order. Config is by key: quantities are text with their unit,
// counts and multiples are numbers, "link.up" and "link.down" are lists of tc netem lines, and
// "tls.suites" has the suites of tls.cipher or tls.suite. A key without a value is left out.
func (s *Scenario) Resolved() []Resolved {
	all := make([]Resolved, len(s.Cells))
	for i := range s.Cells {
		c := &s.Cells[i]
		all[i] = Resolved{Cell: map[string]string{}, Replicates: s.Replicates, Target: s.Target, Config: c.Config.resolved()}
		for k, level := range c.Levels {
			all[i].Cell[s.Factors[k].Name] = level
		}
	}
	return all
}

func (c *Config) resolved() map[string]any {
	all := map[string]any{
		"tls.suites": c.TLS.Suites,
		"link.up":    hopLines(c.Link.Up),
		"link.down":  hopLines(c.Link.Down),
	}
	if c.Fetches() {
		all["ca.link.up"], all["ca.link.down"] = hopLines(c.CA.Link.Up), hopLines(c.CA.Link.Down)
	}
	for _, k := range keys {
		if overlap(k.Name, "link") || overlap(k.Name, "ca.link") || strings.HasPrefix(k.Name, "ca.") && !c.Fetches() {
			continue
		}
		if !k.isUnset(c) {
			all[k.Name] = k.fields(c)[0].shown()
		}
	}
	return all
}
