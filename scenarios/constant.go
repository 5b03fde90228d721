package scenarios

import (
	"slices"
	"strings"

	"tlslab/results"
)

// constant lists what is the same in every cell, as it is written: the keys that base or --set give and no factor varies, and of
// those that nobody gives the defaults of the two sides. The network has none that shapes a result, TCP's are Linux's, and the
// certificate authority's matter to clients alone that ask it.
func (s *Scenario) constant() []results.Setting {
	written := map[string]string{}
	for _, layer := range [][]setting{s.layers.base, s.layers.over} {
		for _, set := range layer {
			written[set.key.Name] = set.node.String()
		}
	}
	varied := s.variedKeys()
	var all []results.Setting
	for _, k := range keys {
		if slices.ContainsFunc(varied, func(v string) bool { return overlap(k.Name, v) }) {
			continue
		}
		value, ok := written[k.Name]
		if !ok && !strings.HasPrefix(k.Name, "tcp.") && !strings.HasPrefix(k.Name, "link.") && !strings.HasPrefix(k.Name, "ca.") {
			value = k.Default
		}
		if value != "" {
			all = append(all, results.Setting{Name: k.Name, Value: value})
		}
	}
	return all
}

// variedKeys are the keys that any level of any factor sets.
func (s *Scenario) variedKeys() (names []string) {
	for i := range s.Factors {
		names = append(names, s.Factors[i].keys()...)
	}
	return names
}

// overlap reports whether a value for one key may be a value for the other: the same, one within the other, or two ways to say one
// thing.
func overlap(a, b string) bool {
	if a == b || strings.HasPrefix(a, b+".") || strings.HasPrefix(b, a+".") {
		return true
	}
	suite := func(name string) bool { return name == "tls.cipher" || name == "tls.suite" }
	path := func(name string) bool { return name == "link.hops" || name == "link" }
	return suite(a) && suite(b) || path(a) && strings.HasPrefix(b, "link") || path(b) && strings.HasPrefix(a, "link")
}
