package scenarios

import (
	"slices"
	"strings"
)

// maxCells bounds an experiment: more combinations than this are a mistake.
const maxCells = 100_000

// makeCells combines the levels of all factors and resolves each combination's configuration.
func (r *reader) makeCells(s *Scenario) {
	total := 1
	for _, f := range s.Factors {
		if total *= len(f.Levels); total > maxCells {
			r.add(r.file.at(nil, "the factors have more than 100000 combinations"))
			return
		}
	}
	used := make([]bool, len(r.excludes))
	for i := range total {
		chosen := s.combination(i, total)
		names := make([]string, len(chosen))
		for k, level := range chosen {
			names[k] = level.Name
		}
		if r.excluded(s, names, used) {
			continue
		}
		s.Cells = append(s.Cells, Cell{Levels: names, Config: r.resolve(s, names, chosen)})
	}
	for i, was := range used {
		if !was && len(s.Sets) == 0 {
			r.addf(r.file, r.excludes[i].node, "exclude: no combination is like this")
		}
	}
	switch {
	case len(s.Cells) == 0:
		r.add(r.file.at(nil, "all combinations are excluded"))
	case s.Compare != nil && !s.measures(s.Compare.Metric):
		r.add(r.file.at(nil, "compare: no combination has the metric "+s.Compare.Metric))
	case s.Compare != nil && !s.hasBaseline():
		r.add(r.file.at(nil, "compare: every combination with the baseline "+s.Compare.Factor+"="+s.Compare.Baseline+" is excluded: nothing is left to compare with"))
	}
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

func (r *reader) excluded(s *Scenario, levels []string, used []bool) bool {
	found := false
	for i, e := range r.excludes {
		if e.excludes(s, levels) {
			found, used[i] = true, true
		}
	}
	return found
}

// resolve makes one cell's configuration, in layers of which a later one overrides an earlier: base, --set, the cell's levels. It
// reports what cannot be run.
func (r *reader) resolve(s *Scenario, names []string, chosen []Level) Config {
	var patches []setting
	for _, level := range chosen {
		patches = append(patches, level.settings...)
	}
	c := newConfig()
	origin := map[string]setting{} // of each key, the setting that decided
	for rank, layer := range [][]setting{r.base, r.over, patches} {
		for _, set := range inTableOrder(layer) {
			set.layer = rank
			if other, conflict := besideHops(set, origin); conflict {
				r.addf(other.from, other.node, "%s: link.hops describes the whole path: no other key of link goes with it", other.key.Name)
				continue
			}
			if err := set.apply(c); err != nil {
				r.addError(set.from, set.node, set.key.Name, err)
			}
			origin[set.key.Name] = set
		}
	}
	for _, f := range append(complete(c, origin), r.checkCosts(c)...) {
		r.addFault(s, names, f, origin)
	}
	return *c
}

// checkCosts finds the cost tables of all hosts, each once.
func (r *reader) checkCosts(c *Config) []fault {
	var faults []fault
	for _, h := range []struct{ key, name string }{{"client.costs", c.Client.Costs}, {"server.costs", c.Server.Costs}, {"ca.costs", c.CA.Costs}} {
		err, known := r.tables[h.name]
		if !known {
			_, err = r.costs(h.name)
			r.tables[h.name] = err
		}
		if err != nil {
			faults = append(faults, fault{[]string{h.key}, err.Error()})
		}
	}
	return faults
}

// besideHops finds a key of link beside a path of several links, which has no one link that the key could mean. A path overrides
// the keys of earlier layers, and those that are applied in its own layer stand before it.
func besideHops(set setting, origin map[string]setting) (other setting, conflict bool) {
	if set.key.Name == "link.hops" {
		for i := range linkKeys {
			if o, there := origin[linkKeys[i].Name]; there && o.layer == set.layer {
				return o, true
			}
		}
		return setting{}, false
	}
	_, path := origin["link.hops"]
	return set, path && (set.key.Name == "link" || strings.HasPrefix(set.key.Name, "link."))
}

// addFault reports a fault at the last of its keys that anybody set, together with the first cell that has it.
func (r *reader) addFault(s *Scenario, names []string, f fault, origin map[string]setting) {
	e := r.file.at(nil, f.message)
	for _, key := range f.keys {
		if set, ok := origin[key]; ok {
			e = set.from.at(position(set.node), key+": "+f.message)
			break
		}
	}
	if slices.ContainsFunc(r.found, func(o *Error) bool {
		return o.File == e.File && o.Line == e.Line && o.Column == e.Column && o.about == e.Message
	}) {
		return
	}
	e.about = e.Message
	if len(names) > 0 {
		e.Message += " (in the cell " + describe(s, names) + ")"
	}
	r.add(e)
}

// describe names a cell for people: tls.version=1.3 link.delay=25ms.
func describe(s *Scenario, levels []string) string {
	parts := make([]string, len(levels))
	for i, l := range levels {
		parts[i] = s.Factors[i].Name + "=" + l
	}
	return strings.Join(parts, " ")
}

// Describe names a cell for people: tls.version=1.3 link.delay=25ms.
func (s *Scenario) Describe(c *Cell) string { return describe(s, c.Levels) }
