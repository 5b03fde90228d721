package scenarios

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// readFactors reads
//
//	factors:
//	  link.delay: [5ms, 25ms]                                  # values of one key
//	  stack:                                                   # named patches of several keys
//	    modern: {tls.version: "1.3", tls.cipher: chacha20-poly1305}
func (r *reader) readFactors(s *Scenario, n ast.Node) {
	pairs, ok := mapping(n)
	if !ok || len(pairs) == 0 {
		r.addf(r.file, n, "factors is a mapping of keys to lists of values, or of names to patches")
		return
	}
	for _, p := range pairs {
		before := len(r.found)
		f := Factor{Name: p.name}
		if slices.ContainsFunc(s.Factors, func(o Factor) bool { return o.Name == p.name }) {
			r.addf(r.file, p.key, "the factor %s is there twice", p.name)
			continue
		}
		switch value := p.value.(type) {
		case *ast.SequenceNode:
			f.Levels = r.readLevels(p, value)
		case *ast.MappingNode, *ast.MappingValueNode:
			f.Levels = r.readPatches(p, value)
		default:
			r.addf(r.file, p.value, "the factor %s wants a list of values, or named patches", p.name)
		}
		if len(f.Levels) == 0 && len(r.found) == before {
			r.addf(r.file, p.value, "the factor %s is empty: it needs at least one level", p.name)
		}
		s.Factors = append(s.Factors, f)
	}
	r.checkOverlaps(s, pairs)
}

// readLevels reads the values of a plain factor.
func (r *reader) readLevels(p pair, list *ast.SequenceNode) []Level {
	key := keyByName(p.name)
	if key == nil {
		_, errs := flattenValue(p.name, p.key, list)
		r.addError(r.file, p.key, "factor", errs[0])
		return nil
	}
	var levels []Level
	for _, n := range list.Values {
		name, err := scalar(n)
		if err != nil {
			r.addf(r.file, n, "%s: a level that is a list or a mapping needs a name: make the factor named patches", p.name)
			continue
		}
		if strings.ContainsAny(name, " \t\n/=,") {
			r.addf(r.file, n, "%s: the level %q cannot be its own name: make the factor named patches", p.name, name)
			continue
		}
		levels = r.addLevel(levels, p.name, n, name)
		this := setting{key: key, node: n, from: r.file}
		r.checked(r.file, []setting{this}, nil)
		for _, l := range levels[:len(levels)-1] {
			if l.Name != name && this.means(l.settings[0]) {
				r.addf(r.file, n, "the factor %s has one level twice: %s and %s are the same", p.name, l.Name, name)
			}
		}
		levels[len(levels)-1].settings = []setting{this}
	}
	return levels
}

// readPatches reads the named patches of a factor.
func (r *reader) readPatches(p pair, n ast.Node) []Level {
	if keyByName(p.name) != nil || isGroup(p.name) {
		r.addf(r.file, p.key, "%s is a key: give it a list of values, or give the patches a name that is not a key", p.name)
		return nil
	}
	if err := checkName(p.key, p.name); err != nil {
		r.addError(r.file, p.key, "factor", err)
	}
	patches, _ := mapping(n)
	var levels []Level
	for _, patch := range patches {
		levels = r.addLevel(levels, p.name, patch.key, patch.name)
		if _, ok := mapping(patch.value); !ok {
			r.addf(r.file, patch.value, "the patch %s of the factor %s wants a mapping of keys to values", patch.name, p.name)
			continue
		}
		settings, errs := flatten("", patch.value)
		levels[len(levels)-1].settings = r.checked(r.file, settings, errs)
	}
	return levels
}

// addLevel appends a level of a sound name that the factor does not have yet.
func (r *reader) addLevel(levels []Level, factor string, at ast.Node, name string) []Level {
	if slices.ContainsFunc(levels, func(l Level) bool { return l.Name == name }) {
		r.addf(r.file, at, "the factor %s has the level %s twice", factor, name)
	}
	if commandsTerminals(name) {
		r.addf(r.file, at, "factor %s: %q has a control character", factor, name)
	}
	if endsInDigits(name) {
		r.addError(r.file, at, "factor "+factor, checkName(at, name))
	}
	return append(levels, Level{Name: name})
}

// checkOverlaps refuses two factors that set the same key: which of them counts would depend on their order.
func (r *reader) checkOverlaps(s *Scenario, pairs []pair) {
	owner := map[string]string{}
	for _, f := range s.Factors {
		for _, key := range f.keys() {
			if other, taken := owner[key]; taken {
				at := pairs[slices.IndexFunc(pairs, func(p pair) bool { return p.name == f.Name })].key
				r.addf(r.file, at, "the factors %s and %s both set %s", other, f.Name, key)
			}
			owner[key] = f.Name
		}
	}
}

// keys are all the keys that any level of the factor sets.
func (f *Factor) keys() []string {
	var all []string
	for _, l := range f.Levels {
		for _, s := range l.settings {
			if !slices.Contains(all, s.key.Name) {
				all = append(all, s.key.Name)
			}
		}
	}
	return all
}

// level returns the index of a level, or -1.
func (f *Factor) level(name string) int {
	return slices.IndexFunc(f.Levels, func(l Level) bool { return l.Name == name })
}

func (f *Factor) levelNames() []string {
	names := make([]string, len(f.Levels))
	for i, l := range f.Levels {
		names[i] = l.Name
	}
	return names
}

// factor finds a factor, or nil.
func (s *Scenario) factor(name string) *Factor {
	i := slices.IndexFunc(s.Factors, func(f Factor) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return &s.Factors[i]
}

func (s *Scenario) factorNames() []string {
	names := make([]string, len(s.Factors))
	for i, f := range s.Factors {
		names[i] = f.Name
	}
	return names
}
