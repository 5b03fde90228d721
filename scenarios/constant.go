package scenarios

import (
	"slices"
	"strings"

	"tlslab/results"
)

// constant lists the keys that are the same in every cell, with their values as written: the keys
// that base or --set sets and no factor varies, and the defaults of tls, client, server, transfer
// and timeout. Defaults of link, tcp and ca are left out: the default link changes no packet, the
// defaults of tcp are Linux's, and ca is for clients that ask the authority.
func (s *Scenario) constant() []results.Setting {
	written := map[string]string{}
	for _, layer := range [][]setting{s.layers.base, s.layers.overrides} {
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

// overlap reports whether a setting of one key can change the value of the other: the keys are the
// same, one is a part of the other, or both describe one thing.
func overlap(a, b string) bool {
	if a == b || strings.HasPrefix(a, b+".") || strings.HasPrefix(b, a+".") {
		return true
	}
	isSuite := func(name string) bool { return name == "tls.cipher" || name == "tls.suite" }
	path := func(name string) bool { return name == "link.hops" || name == "link" }
	return isSuite(a) && isSuite(b) || path(a) && strings.HasPrefix(b, "link") || path(b) && strings.HasPrefix(a, "link")
}
