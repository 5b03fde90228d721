package scenarios

import (
	"slices"

	"tlslab/netem"
	"tlslab/scenarios/document"
)

// Bounds of an experiment: a larger one is a mistake.
const (
	maxCells        = 100_000         // combinations of levels
	maxObservations = 100_000_000_000 // replicates of all cells together
)

// layers are the settings that all cells share. A cell's configuration has three layers, of which a
// later one overrides an earlier: base, --set, the levels of the cell.
type layers struct {
	source          *document.Source
	base, overrides []setting // in the order of the table of keys
	traces          *linkFiles[*netem.Trace]
	distributions   *linkFiles[*netem.DistributionTable]
}

// makeCells combines the levels of all factors and resolves each combination's configuration.
func (r *reader) makeCells(s *Scenario) {
	total := 1
	for _, f := range s.Factors {
		if total *= len(f.Levels); total > maxCells {
			r.found.Add(r.layers.source.Errorf("the factors have more than %d combinations", maxCells))
			return
		}
	}
	for i := range total {
		if r.stopped() {
			return
		}
		chosen := s.combination(i, total)
		names := make([]string, len(chosen))
		for k, level := range chosen {
			names[k] = level.Name
		}
		if !r.excluded(s, names) {
			s.Cells = append(s.Cells, Cell{Levels: names, Config: r.resolve(s, names, chosen)})
		}
	}
	for _, e := range r.excludes {
		if !e.used && len(s.Sets) == 0 {
			r.addf(e.node, "exclude: no combination of levels matches this: remove it")
		}
	}
	source := r.layers.source
	switch {
	case len(s.Cells) == 0:
		r.found.Add(source.Errorf("all combinations are excluded: nothing is left to run"))
		return
	case s.Replicates > maxObservations/len(s.Cells):
		r.found.Add(source.Errorf("%d cells × %d replicates are more than %d: lower replicates", len(s.Cells), s.Replicates, maxObservations))
	case s.Target != nil && !s.measures(s.Target.Metric):
		r.found.Add(r.targetError("replicates: no combination has the metric " + s.Target.Metric))
	case s.Compare != nil && !s.measures(s.Compare.Metric):
		r.found.Add(source.Errorf("compare: no combination has the metric %s", s.Compare.Metric))
	case s.Compare != nil && !s.hasBaseline():
		r.found.Add(source.Errorf("compare: every combination with the baseline %s=%s is excluded: nothing is left to compare with", s.Compare.Factor, s.Compare.Baseline))
	}
	if r.found.Len() == 0 {
		r.checkEffects(s)
	}
}

// targetError makes an error at the target of the file, or of the whole file.
func (r *reader) targetError(message string) error {
	if r.target == nil {
		return r.layers.source.Errorf("%s", message)
	}
	return r.target.Errorf("%s", message)
}

// hasBaseline reports whether any cell is one that others are compared with.
func (s *Scenario) hasBaseline() bool {
	k := slices.IndexFunc(s.Factors, func(f Factor) bool { return f.Name == s.Compare.Factor })
	return slices.ContainsFunc(s.Cells, func(c Cell) bool { return c.Levels[k] == s.Compare.Baseline })
}

// combination returns the levels of cell i of total, the last factor's changing fastest.
func (s *Scenario) combination(i, total int) []Level {
	chosen := make([]Level, len(s.Factors))
	for k, f := range s.Factors {
		total /= len(f.Levels)
		chosen[k] = f.Levels[i/total%len(f.Levels)]
	}
	return chosen
}

func (r *reader) excluded(s *Scenario, levels []string) bool {
	found := false
	for i := range r.excludes {
		if e := &r.excludes[i]; e.excludes(s, levels) {
			found, e.used = true, true
		}
	}
	return found
}

// A layerConflict is a setting that excludes another setting of its layer.
type layerConflict struct {
	setting setting
	message string
}

// configure applies the layers and the levels of a cell to the defaults. origin has the setting
// that decided each key.
func (l *layers) configure(chosen []Level) (c *Config, origin map[string]setting, layerConflicts []layerConflict) {
	var patches []setting
	for _, level := range chosen {
		patches = append(patches, level.settings...)
	}
	ordered := [][]setting{l.base, l.overrides, inTableOrder(patches)}
	origin = map[string]setting{}
	for rank, layer := range ordered {
		for _, set := range layer {
			set.layer = rank
			if found := displace(set, origin); found != nil {
				layerConflicts = append(layerConflicts, *found)
				continue
			}
			origin[set.key.Name] = set
		}
	}
	c = newConfig()
	for _, layer := range ordered {
		for _, set := range layer {
			if origin[set.key.Name].node == set.node {
				_ = set.apply(c) // its error was reported when it was read
			}
		}
	}
	_ = l.traces.load(c) // resolve reports its conflicts
	_ = l.distributions.load(c)
	return c, origin, layerConflicts
}

// displace removes the settings of earlier layers that a setting replaces although they have
// another key.
func displace(set setting, origin map[string]setting) *layerConflict {
	if rival := set.key.rival; rival != "" {
		if other, there := origin[rival]; there && other.layer == set.layer {
			return &layerConflict{set, set.key.Name + " and " + rival + " exclude each other: leave one of them out"}
		}
		delete(origin, rival)
	}
	return displaceLinks(set, origin)
}

// displaceLinks keeps link.hops apart from the keys of a single link. link.hops replaces such keys
// of earlier layers; beside it, a key of a single link would not say which link of the path it
// means.
func displaceLinks(set setting, origin map[string]setting) *layerConflict {
	const message = "link.hops describes the whole path: no other key of link goes with it"
	_, path := origin["link.hops"]
	switch {
	case !isLinkKey(set.key.Name, "link"):
		return nil
	case set.key.Name != "link.hops" && path:
		return &layerConflict{set, message}
	case set.key.Name != "link.hops":
		return nil
	}
	for _, k := range keys {
		other, there := origin[k.Name]
		switch {
		case !there || !isLinkKey(k.Name, "link") || k == set.key:
		case other.layer == set.layer:
			return &layerConflict{other, message}
		default:
			delete(origin, k.Name)
		}
	}
	return nil
}

// resolve makes one cell's configuration and reports what cannot be run.
func (r *reader) resolve(s *Scenario, names []string, chosen []Level) Config {
	c, origin, layerConflicts := r.layers.configure(chosen)
	for _, f := range layerConflicts {
		r.addf(f.setting.node, "%s: %s", f.setting.key.Name, f.message)
	}
	unread := slices.Concat(r.layers.traces.load(c), r.layers.distributions.load(c))
	for _, f := range slices.Concat(unread, complete(c, origin), r.checkCosts(c)) {
		r.addConflict(s, names, f, origin)
	}
	r.noteEffects(c, origin, len(s.Sets) > 0)
	return *c
}

// checkCosts loads the cost tables of all hosts, each once.
func (r *reader) checkCosts(c *Config) []conflict {
	var conflicts []conflict
	for _, h := range []struct{ key, name string }{{"client.costs", c.Client.Costs}, {"server.costs", c.Server.Costs}, {"ca.costs", c.CA.Costs}} {
		err, known := r.tables[h.name]
		if !known {
			_, err = r.costs(h.name)
			r.tables[h.name] = err
		}
		if err != nil {
			conflicts = append(conflicts, conflict{blame(h.key), err.Error()})
		}
	}
	return conflicts
}

// addConflict reports a conflict once, with the first cell that has it.
func (r *reader) addConflict(s *Scenario, names []string, f conflict, origin map[string]setting) {
	if place := *s.at(f, origin); !r.conflicts[place] {
		r.conflicts[place] = true
		r.found.Add(s.placeConflict(names, f, origin))
	}
}

// An effect says whether the settings of a key can change a replicate of any cell.
type effect struct {
	first setting
	why   string // the reason why not, in the first cell
	some  bool   // they can in some cell
}

// noteEffects notes for each setting of a cell whether its key applies. With --set only the
// settings of the command line count: a narrowed factor may leave settings of the file without
// effect.
func (r *reader) noteEffects(c *Config, origin map[string]setting, overridden bool) {
	for name, set := range origin {
		e := r.effects[name]
		if set.key.applies == nil || e != nil && e.some || overridden && !set.override || set.isOff() {
			continue
		}
		if e == nil {
			e = &effect{first: set}
			r.effects[name] = e
		}
		why := set.key.applies(c)
		if e.some = why == ""; e.why == "" {
			e.why = why
		}
	}
}

// isOff reports whether a setting switches its key off: false, none, 0, an empty list. Where the
// key does not apply, that is a true statement and no mistake.
func (s setting) isOff() bool {
	c := newConfig()
	if s.apply(c) != nil {
		return false
	}
	switch v := s.key.fields(c)[0].(type) {
	case boolean:
		return !*v.to
	case enum:
		return *v.to == "none"
	case enumList:
		return len(*v.to) == 0
	case duration, size, count:
		return v.isZero()
	}
	return false
}

// checkEffects reports the keys that are set and apply in no cell.
func (r *reader) checkEffects(s *Scenario) {
	for _, k := range keys {
		if e := r.effects[k.Name]; e != nil && !e.some {
			where := "has no effect"
			if len(s.Cells) > 1 {
				where += " in any cell"
			}
			r.addf(e.first.node, "%s: %s: %s", k.Name, where, e.why)
		}
	}
}
