package scenarios

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// applySets overrides base by the command line's key=value, each checked as if it stood in the file. A factor of that name is
// narrowed to the one value.
func (r *reader) applySets(s *Scenario, sets []string) {
	for _, set := range sets {
		name, value, ok := strings.Cut(set, "=")
		from := newSource("--set "+name, []byte(value))
		if !ok || name == "" || value == "" {
			r.add(&Error{File: "--set " + name, Message: "wants KEY=VALUE, such as link.loss=2%"})
			continue
		}
		r.applySet(s, name, value, from)
	}
}

func (r *reader) applySet(s *Scenario, name, value string, from *source) {
	if f := s.factor(name); f != nil && keyByName(name) == nil {
		r.narrow(f, value, from)
		s.dropCompareOf(f)
		return
	}
	key := keyByName(name)
	if key == nil {
		words := append(s.factorNames(), keyNames()...)
		r.add(&Error{File: from.name, Message: "unknown key " + name + didYouMean(name, words)})
		return
	}
	node := r.parseValue(value, from)
	if node == nil {
		return
	}
	added := setting{key: key, node: node, from: from}
	before := len(r.found)
	r.checked(from, []setting{added}, nil)
	if len(r.found) > before {
		return
	}
	for i := range s.Factors {
		f := &s.Factors[i]
		switch {
		case f.Name == name:
			f.Levels = []Level{{Name: value, settings: []setting{added}}}
			s.dropCompareOf(f)
			return
		case slices.Contains(f.keys(), name):
			r.addf(from, node, "the factor %s sets %s: choose one of its levels instead, --set %s=%s", f.Name, name, f.Name, f.Levels[0].Name)
			return
		}
	}
	r.over = append(r.over, added)
}

// narrow leaves a factor of patches the one level that is named.
func (r *reader) narrow(f *Factor, level string, from *source) {
	i := f.level(level)
	if i < 0 {
		r.addf(from, textNode(level), "%q is not a level of %s%s: %s", level, f.Name,
			didYouMean(level, f.levelNames()), strings.Join(f.levelNames(), ", "))
		return
	}
	f.Levels = f.Levels[i : i+1]
}

// dropCompareOf leaves out a comparison whose factor has one level left: there is nothing to compare with.
func (s *Scenario) dropCompareOf(f *Factor) {
	if s.Compare != nil && s.Compare.Factor == f.Name {
		s.Compare = nil
	}
}

// parseValue reads the text after the equals sign as a YAML value.
func (r *reader) parseValue(value string, from *source) ast.Node {
	parsed, err := parser.ParseBytes([]byte(value), 0)
	if err != nil || len(parsed.Docs) != 1 || parsed.Docs[0].Body == nil {
		r.addf(from, textNode(value), "%q is not a value", value)
		return nil
	}
	return parsed.Docs[0].Body
}

func keyNames() []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.Name
	}
	return names
}
