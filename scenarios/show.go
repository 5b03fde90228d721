package scenarios

import (
	"strings"
)

// Resolved is a cell as data: the level of each factor, and the value of every key of the language once base, --set, levels and
// defaults are put together.
type Resolved struct {
	Cell   map[string]string `json:"cell"`
	Config map[string]any    `json:"config"`
}

// Resolved returns all cells in their order. Config has the names of the language: quantities as text with their unit, counts and
// multiples as numbers, "link.up" and "link.down" as lists of lines of tc, and in "tls.suites" what tls.cipher or tls.suite came
// to. A key that has no value is left out.
func (s *Scenario) Resolved() []Resolved {
	all := make([]Resolved, len(s.Cells))
	for i := range s.Cells {
		c := &s.Cells[i]
		all[i] = Resolved{Cell: map[string]string{}, Config: c.Config.resolved()}
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
			all[k.Name] = k.places(c)[0].shown()
		}
	}
	return all
}
