package scenarios

import (
	"slices"
	"strings"

	"tlslab/netem"
	"tlslab/results"
)

// consequences are what a reader of results may not expect of a setting. of returns it for a
// configuration, or "" where the setting does not have it.
var consequences = []struct {
	key string
	of  func(*Config) string
}{
	{"link.jitter", func(c *Config) string {
		overtake := func(hop netem.Config) bool {
			return hop.Jitter > 0 && !hop.Ordered && (hop.Semantics != netem.TC || hop.Rate == 0)
		}
		if !slices.ContainsFunc(c.Link.Up, overtake) && !slices.ContainsFunc(c.Link.Down, overtake) {
			return ""
		}
		return "Each packet has a delay of its own, as in tc netem, so packets overtake one another. TCP may take a late packet for a lost one and retransmit it. With link.ordered packets keep their order."
	}},
	{"link.drops", func(c *Config) string {
		drops := func(hop netem.Config) bool { return len(hop.Drops) > 0 }
		if !slices.ContainsFunc(c.Link.Up, drops) && !slices.ContainsFunc(c.Link.Down, drops) {
			return ""
		}
		return "Packets of these numbers are lost in every replicate, so intervals do not include the randomness of loss."
	}},
	{"tcp.nagle", func(c *Config) string {
		if !c.TCP.Nagle {
			return ""
		}
		return "A segment that is not full waits until all data before it is acknowledged, and the receiver may delay this acknowledgement."
	}},
	{"tcp.slow_start_after_idle", func(c *Config) string {
		if !c.TCP.SlowStartAfterIdle || c.Transfer.Rounds < 2 || c.Transfer.Pause <= c.Link.RTT()+c.TCP.MinRTO {
			return ""
		}
		return "A pause longer than the retransmission timeout shrinks the congestion window towards tcp.initial_window (RFC 5681 §4.1), so a response after the pause begins slowly again."
	}},
	{"tls.soft_fail", func(c *Config) string {
		if !c.TLS.SoftFail || !c.Fetches() {
			return ""
		}
		return "A client without an answer of the certificate authority waits for ca.timeout and goes on. The replicate counts as ok."
	}},
}

// notes returns the consequences of the settings that the cells use.
func (s *Scenario) notes() []results.Note {
	var notes []results.Note
	for _, consequence := range consequences {
		note := results.Note{Setting: consequence.key}
		for i := range s.Cells {
			if text := consequence.of(&s.Cells[i].Config); text != "" {
				note.Text = text
				note.Cells = append(note.Cells, i)
			}
		}
		if len(note.Cells) == len(s.Cells) {
			note.Cells = nil
		}
		if note.Text != "" {
			notes = append(notes, note)
		}
	}
	if text := s.presetFigures(); text != "" {
		notes = append(notes, results.Note{Setting: "link", Text: text})
	}
	return notes
}

// presetFigures returns a sentence with both directions of each preset that a setting names, or "".
func (s *Scenario) presetFigures() string {
	settings := slices.Concat(s.layers.base, s.layers.overrides)
	for _, f := range s.Factors {
		for _, level := range f.Levels {
			settings = append(settings, level.settings...)
		}
	}
	var figures []string
	for _, set := range settings {
		for _, name := range set.presets() {
			p, _ := netem.PresetByName(name)
			text := name + " is up " + p.Up.String() + ", down " + p.Down.String()
			if !slices.Contains(figures, text) {
				figures = append(figures, text)
			}
		}
	}
	if figures == nil {
		return ""
	}
	return "A preset describes a typical link, and further settings refine it: " + strings.Join(figures, "; ") + ". The source of each figure is shown by tlslab scenarios links."
}
