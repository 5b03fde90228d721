package scenarios

import (
	"slices"
	"strings"

	"tlslab/scenarios/document"
)

// readFactors reads
//
//	factors:
//	  link.delay: [5ms, 25ms]                                  # values of one key
//	  stack:                                                   # named patches of several keys
//	    modern: {tls.version: "1.3", tls.cipher: chacha20-poly1305}
func (r *reader) readFactors(s *Scenario, n *document.Node) {
	if n.Kind != document.Mapping || len(n.Pairs) == 0 {
		r.addf(n, "factors is a mapping of keys to lists of values, or of names to patches")
		return
	}
	seen := map[string]bool{}
	for _, p := range n.Pairs {
		if r.stopped() {
			return
		}
		before := r.found.Len()
		f := Factor{Name: p.Name}
		if seen[p.Name] {
			r.addf(p.Key, "the factor %s is written twice", p.Name)
			continue
		}
		seen[p.Name] = true
		switch p.Value.Kind {
		case document.Sequence:
			f.Levels = r.readLevels(p)
		case document.Mapping:
			f.Levels = r.readPatches(p)
		default:
			r.addf(p.Value, "the factor %s wants a list of values, or named patches", p.Name)
		}
		if len(f.Levels) == 0 && r.found.Len() == before {
			r.addf(p.Value, "the factor %s is empty: it needs at least one level", p.Name)
		}
		s.Factors = append(s.Factors, f)
	}
	r.checkOverlaps(s, n.Pairs)
}

// readLevels reads the values of a plain factor.
func (r *reader) readLevels(p document.Pair) []Level {
	key := keyByName(p.Name)
	if key == nil {
		_, errs := flattenValue(p.Name, p.Key, p.Value)
		r.addError("factor", errs[0])
		return nil
	}
	levels := newLevelList(r, p.Name)
	meanings := map[string]string{} // what levels come to, with the first name that does
	for _, n := range p.Value.Items {
		if r.stopped() {
			break
		}
		name, err := n.Scalar()
		if err != nil {
			r.addf(n, "%s: a level that is a list or a mapping needs a name: give it one in a patch", p.Name)
			continue
		}
		if !namesItself(name) {
			r.addf(n, "%s: %q cannot be the name of a level: give the level a name in a patch", p.Name, name)
			continue
		}
		this := setting{key: key, node: n}
		levels.add(n, name, r.checked([]setting{this}, nil))
		if means := this.meaning(); means != "" {
			if other, there := meanings[means]; there && other != name {
				r.addf(n, "the factor %s has one level twice: %s and %s are the same", p.Name, other, name)
			}
			meanings[means] = name
		}
	}
	return levels.all
}

// namesItself reports whether a value can be the name of its level, in tables and in Go's benchmark
// format.
func namesItself(value string) bool { return !strings.ContainsAny(value, " \t\n/=,") }

// readPatches reads the named patches of a factor.
func (r *reader) readPatches(p document.Pair) []Level {
	if keyByName(p.Name) != nil || isGroup(p.Name) {
		r.addf(p.Key, "%s is a key: give it a list of values, or give the patches a name that is not a key", p.Name)
		return nil
	}
	if err := checkName(p.Key, p.Name); err != nil {
		r.addError("factor", err)
	}
	levels := newLevelList(r, p.Name)
	for _, patch := range p.Value.Pairs {
		if r.stopped() {
			break
		}
		if patch.Value.Kind != document.Mapping {
			levels.add(patch.Key, patch.Name, nil)
			r.addf(patch.Value, "the patch %s of the factor %s wants a mapping of keys to values", patch.Name, p.Name)
			continue
		}
		levels.add(patch.Key, patch.Name, r.checked(flatten("", patch.Value)))
	}
	return levels.all
}

// A levelList collects the levels of a factor.
type levelList struct {
	reader *reader
	factor string
	all    []Level
	seen   map[string]bool
}

func newLevelList(r *reader, factor string) levelList {
	return levelList{reader: r, factor: factor, seen: map[string]bool{}}
}

// add appends a level, and reports what is wrong with its name.
func (l *levelList) add(at *document.Node, name string, settings []setting) {
	r := l.reader
	switch {
	case l.seen[name]:
		r.addf(at, "the factor %s has the level %s twice", l.factor, name)
	case hasControl(name):
		r.addf(at, "factor %s: %q has a control character", l.factor, name)
	case len(name) > maxName, endsInDigits(name):
		r.addError("factor "+l.factor, checkName(at, name))
	}
	l.seen[name] = true
	l.all = append(l.all, Level{name, settings})
}

// checkOverlaps reports two factors that set the same key: the value would depend on their order.
func (r *reader) checkOverlaps(s *Scenario, pairs []document.Pair) {
	at := map[string]*document.Node{}
	for _, p := range pairs {
		at[p.Name] = p.Key
	}
	owner := map[string]string{}
	for _, f := range s.Factors {
		for _, key := range f.keys() {
			if other, taken := owner[key]; taken {
				r.addf(at[f.Name], "the factors %s and %s both set %s", other, f.Name, key)
			}
			owner[key] = f.Name
		}
	}
}

// keys are all the keys that any level of the factor sets.
func (f *Factor) keys() []string {
	var all []string
	seen := map[string]bool{}
	for _, l := range f.Levels {
		for _, s := range l.settings {
			if !seen[s.key.Name] {
				seen[s.key.Name] = true
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
