package netem

import (
	"slices"
	"sync"
	"time"
)

// A Preset is a link in both directions, named after its technology: mostly the access link of a
// client. Its figures come from published measurements, profiles and standards, or are assumed.
type Preset struct {
	Name    string
	Title   string // the technology in words
	Up      Config // from the client
	Down    Config // to the client
	Figures []Figure
}

// A Figure is a property of a Preset, with its value and its source.
type Figure struct {
	Of     string // the property: round-trip time, rate down, rate up, loss, queues …
	Value  string // with its unit
	Source string // author, title and year, or why it is assumed
	// Assumed reports that no publication with the value was found. Source gives the reason for it.
	Assumed bool
}

// RTT is the round-trip time of a small packet on the idle link.
func (p *Preset) RTT() time.Duration { return p.Up.Delay + p.Down.Delay }

var presets = sync.OnceValue(func() []Preset {
	all := make([]Preset, len(presetTable))
	for i, row := range presetTable {
		all[i] = Preset{Name: row.name, Title: row.title, Figures: row.figures}
		all[i].Up, all[i].Down = mustParseTC(row.up), mustParseTC(row.down)
	}
	return all
})

// mustParseTC is ParseTC for the lines of presetTable.
func mustParseTC(line string) Config {
	c, err := ParseTC(line)
	if err != nil {
		panic(err) // a defect of the table
	}
	return c
}

// Presets returns all presets, in the order of the documentation.
func Presets() []Preset { return slices.Clone(presets()) }

// PresetNames returns the names of all presets.
func PresetNames() []string {
	names := make([]string, len(presetTable))
	for i, row := range presetTable {
		names[i] = row.name
	}
	return names
}

// PresetByName returns the preset with this name, and whether there is one.
func PresetByName(name string) (Preset, bool) {
	all := presets()
	if i := slices.IndexFunc(all, func(p Preset) bool { return p.Name == name }); i >= 0 {
		return all[i], true
	}
	return Preset{}, false
}
