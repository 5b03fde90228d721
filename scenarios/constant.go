package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"tlslab/netem"
	"tlslab/results"
)

// constant lists all settings that decide the results and are the same in every cell, in the order
// of the table of keys. It leaves out the keys that have no effect in any cell, and those that are
// factors themselves. A key that all levels of a factor of patches set to the same value is
// constant.
func (s *Scenario) constant() []results.Setting {
	if len(s.Cells) == 0 {
		return nil
	}
	c := &constants{Scenario: s, varied: s.variedKeys()}
	_, c.origin, _ = s.layers.configure(nil)
	_, c.first, _ = s.layers.configure(s.chosen(&s.Cells[0]))
	var all []results.Setting
	for _, k := range keys {
		switch {
		case k.Name == "link":
			all = append(all, c.link()...)
		case k.Name == "ca.link":
			all = append(all, c.authorityLink()...)
		case k.Name == "tls.suite":
			all = append(all, c.suites()...)
		case !isLinkKey(k.Name, "link") && !isLinkKey(k.Name, "ca.link") && c.is(k):
			all = append(all, c.setting(k))
		}
	}
	return all
}

// constants finds the settings that are the same in every cell.
type constants struct {
	*Scenario
	varied []string           // keys that a level of a factor sets
	origin map[string]setting // the settings of base and --set that hold
	first  map[string]setting // those of the first cell, with its levels
}

// isVaried reports whether a level of a factor sets the key or a part of it.
func (c *constants) isVaried(k *Key) bool {
	return slices.ContainsFunc(c.varied, func(v string) bool { return overlap(k.Name, v) })
}

// is reports whether the value of a key decides results and is the same in all cells.
func (c *constants) is(k *Key) bool {
	varied := c.isVaried(k)
	if c.factor(k.Name) != nil || varied && c.value(k, &c.Cells[0].Config) == "" {
		return false
	}
	applies := k.applies == nil
	for i := range c.Cells {
		config := &c.Cells[i].Config
		if (varied || k.derive != nil) && c.value(k, config) != c.value(k, &c.Cells[0].Config) {
			return false
		}
		applies = applies || k.applies(config) == ""
	}
	return applies
}

// value is the value of a key in a configuration, as a text that is equal for equal values.
func (c *constants) value(k *Key, config *Config) string {
	if k.isUnset(config) {
		return ""
	}
	return fmt.Sprint(k.fields(config)[0].shown())
}

// setting describes the value of a constant key.
func (c *constants) setting(k *Key) results.Setting {
	_, written := c.first[k.Name]
	return results.Setting{Name: k.Name, Value: k.text(&c.Cells[0].Config, c.first), Default: !written}
}

// suites are those of tls.suite, or those that follow from tls.cipher and other keys.
func (c *constants) suites() []results.Setting {
	suites, ok := same(c.Scenario, func(c *Config) string { return strings.Join(c.TLS.Suites, ", ") })
	if !ok {
		return nil
	}
	_, written := c.origin["tls.suite"]
	return []results.Setting{{Name: "tls.suite", Value: suites, Default: !written}}
}

// link describes the link between client and server: its round-trip time, and then its keys if it
// is the same both ways. Another link is described by a line for each direction or, if a factor
// varies part of it, by the settings that hold in all cells.
func (c *constants) link() (all []results.Setting) {
	isLink := func(name string) bool { return isLinkKey(name, "link") }
	isPart := func(name string) bool { // of a link that may differ between the directions
		return slices.Contains([]string{"link", "link.up", "link.down", "link.hops"}, name) ||
			strings.HasPrefix(name, "link.up.") || strings.HasPrefix(name, "link.down.")
	}
	plain := !slices.ContainsFunc(c.varied, isPart)
	for name := range c.origin {
		plain = plain && !isPart(name)
	}
	rtt, ok := same(c.Scenario, func(c *Config) string { return formatDuration(c.Link.RTT()) })
	if ok = ok && c.factor(roundTripTime) == nil && c.factor(delayKey) == nil; ok {
		_, written := c.first[delayKey]
		all = append(all, results.Setting{Name: roundTripTime, Value: rtt, Default: plain && !written})
	}
	up, sameUp := same(c.Scenario, func(c *Config) string { return strings.Join(hopLines(c.Link.Up), " | ") })
	down, sameDown := same(c.Scenario, func(c *Config) string { return strings.Join(hopLines(c.Link.Down), " | ") })
	if !plain && sameUp && sameDown {
		return append(all, results.Setting{Name: "link.up", Value: c.presetOf("link.up") + up},
			results.Setting{Name: "link.down", Value: c.presetOf("link.down") + down})
	}
	for _, k := range keys {
		_, written := c.origin[k.Name]
		isLine := slices.Contains([]string{"link", "link.up", "link.down"}, k.Name)
		switch {
		case isLine && written && !slices.Contains(c.varied, k.Name):
			all = append(all, c.setting(k)) // the levels refine it
		case !isLink(k.Name), k.Name == delayKey && ok, !written && !plain, !written && isPart(k.Name), !c.is(k):
		case k.Name == "link.limit" && !c.Cells[0].Config.Link.Up[0].HasRate(), k.Name == "link.drops" && !written:
		case written && !c.holds(k):
		default:
			all = append(all, c.setting(k))
		}
	}
	return all
}

// presetOf returns the setting of a direction of the link and ": " if it names a preset, else "".
func (c *constants) presetOf(direction string) string {
	for _, key := range []string{direction, "link"} {
		set, written := c.origin[key]
		if !written {
			continue
		}
		name, _ := cutPreset(set.node.Text)
		if _, known := netem.PresetByName(name); known {
			return set.node.String() + ": "
		}
		return ""
	}
	return ""
}

// holds reports whether the written value of a key of the link decides a direction of the link in
// all cells: a more particular key, or a level of a factor, may override it.
func (c *constants) holds(k *Key) bool {
	alone := newConfig()
	if c.origin[k.Name].apply(alone) != nil {
		return false
	}
	want := k.fields(alone)
	for i := range c.Cells {
		found := false
		for j, f := range k.fields(&c.Cells[i].Config) {
			found = found || fmt.Sprint(f.shown()) == fmt.Sprint(want[j].shown())
		}
		if !found {
			return false
		}
	}
	return true
}

// authorityLink describes the link between client and authority, if a client asks the authority.
func (c *constants) authorityLink() []results.Setting {
	fetching := slices.IndexFunc(c.Cells, func(cell Cell) bool { return cell.Config.Fetches() })
	if fetching < 0 || slices.ContainsFunc(c.varied, func(name string) bool { return isLinkKey(name, "ca.link") }) {
		return nil
	}
	if c.Cells[fetching].Config.CA.LikeLink {
		return []results.Setting{{Name: "ca.link", Value: "like link", Default: true}}
	}
	return []results.Setting{{Name: "ca.link", Value: c.Cells[fetching].Config.CA.Link.describe()}}
}

// same returns a text of the configurations if it is the same in all cells.
func same(s *Scenario, text func(*Config) string) (string, bool) {
	first := text(&s.Cells[0].Config)
	for i := range s.Cells {
		if text(&s.Cells[i].Config) != first {
			return "", false
		}
	}
	return first, true
}

// variedKeys are the keys that any level of any factor sets.
func (s *Scenario) variedKeys() (names []string) {
	for i := range s.Factors {
		names = append(names, s.Factors[i].keys()...)
	}
	return names
}

// overlap reports whether a setting of one key can change the value of the other: the keys are the
// same, one is a part of the other, or both describe one thing.
func overlap(a, b string) bool {
	if a == b || strings.HasPrefix(a, b+".") || strings.HasPrefix(b, a+".") {
		return true
	}
	isSuite := func(name string) bool { return name == "tls.cipher" || name == "tls.suite" }
	path := func(name string) bool { return name == "link.hops" || name == "link" }
	if k := keyByName(a); k != nil && k.rival == b {
		return true
	}
	return isSuite(a) && isSuite(b) || path(a) && strings.HasPrefix(b, "link") || path(b) && strings.HasPrefix(a, "link")
}
