package scenarios

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"tlslab/results"
)

// constant lists what is the same in every cell, as it is written: the keys that base or --set give and no factor varies, and of
// those that nobody gives the defaults of the two sides. The network has none that shapes a result, TCP's are Linux's, and the
// certificate authority's matter to clients alone that ask it.
func (r *reader) constant(s *Scenario) []results.Setting {
	written := map[string]string{}
	for _, layer := range [][]setting{r.base, r.over} {
		for _, set := range layer {
			written[set.key.Name] = inline(set.node)
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
func (s *Scenario) variedKeys() []string {
	var names []string
	for _, f := range s.Factors {
		for _, l := range f.Levels {
			for _, set := range l.settings {
				names = append(names, set.key.Name)
			}
		}
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

// inline is a value on one line.
func inline(n ast.Node) string {
	if text, err := scalar(n); err == nil {
		return text
	}
	return strings.Join(strings.Fields(n.String()), " ")
}
