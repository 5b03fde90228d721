package scenarios

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"tlslab/netem"
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

// MarshalText writes a duration as the language has it.
func (d Duration) MarshalText() ([]byte, error) { return []byte(formatDuration(time.Duration(d))), nil }

// MarshalText writes a size in bytes.
func (s Size) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%dB", int(s)), nil }

// MarshalJSON writes the name.
func (w word) MarshalJSON() ([]byte, error) { return json.Marshal(*w.value) }

// MarshalJSON writes the list of names.
func (w words) MarshalJSON() ([]byte, error) { return json.Marshal(*w.value) }

// MarshalJSON writes the list of names.
func (h hosts) MarshalJSON() ([]byte, error) { return json.Marshal(*h.value) }

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
		if v := k.fields(c)[0]; !c.isUnset(k, v) {
			all[k.Name] = v
		}
	}
	return all
}

// isUnset reports whether a key that may be left out was.
func (c *Config) isUnset(k Key, v value) bool {
	switch v := v.(type) {
	case word:
		return *v.value == ""
	case *Text:
		return *v == ""
	case *Size:
		return *v == 0
	case *Count:
		return *v == 0 && k.Default == ""
	case *Duration:
		return *v == 0 && !(k.Name == "tls.record_idle" && c.TLS.Record.Size.Word == recordDynamic)
	case words:
		return *v.value == nil
	case hosts:
		return *v.value == nil
	case recordSize:
		return *v.RecordSize == RecordSize{}
	}
	return false
}

// hopLines are links in the words of tc.
func hopLines(hops []netem.Config) []string {
	lines := make([]string, len(hops))
	for i, hop := range hops {
		lines[i] = hop.String()
	}
	return lines
}
