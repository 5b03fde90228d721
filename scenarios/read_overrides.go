package scenarios

import (
	"slices"
	"strings"
	"unicode/utf8"

	"tlslab/scenarios/document"
)

// applyOverrides overrides base by the command line's key=value, each checked as if it stood in the
// file. A factor of that name is narrowed to the one value.
func (r *reader) applyOverrides(s *Scenario, sets []string) {
	for _, set := range sets {
		name, value, ok := strings.Cut(set, "=")
		switch {
		case r.stopped():
			return
		case !utf8.ValidString(set):
			r.found.Add(&document.Error{File: "--set", Message: "is not UTF-8"})
		case !ok || name == "" || value == "":
			r.found.Add(&document.Error{File: "--set " + set, Message: "wants KEY=VALUE, such as link.loss=2%"})
		default:
			r.applyOverride(s, name, value)
		}
	}
	r.layers.overrides = inTableOrder(r.layers.overrides)
}

// applyOverride applies one --set.
func (r *reader) applyOverride(s *Scenario, name, value string) {
	at := "--set " + name
	if f := s.factor(name); f != nil && keyByName(name) == nil {
		r.narrow(f, document.NewScalar(at, value))
		s.dropCompareOf(f)
		return
	}
	key := keyByName(name)
	if key == nil {
		r.found.Add(&document.Error{File: at, Message: whyNoKey(s, name)})
		return
	}
	node, err := document.Parse(at, []byte(value))
	switch {
	case err != nil:
		r.found.Add(err)
		return
	case node == nil:
		r.addf(document.NewScalar(at, value), "%q is not a value", value)
		return
	}
	added := setting{key: key, node: node, override: true}
	before := r.found.Len()
	if r.checked([]setting{added}, nil); r.found.Len() > before {
		return
	}
	for i := range s.Factors {
		f := &s.Factors[i]
		switch {
		case f.Name == name && !namesItself(value):
			r.addf(node, "%s: %q cannot be the name of a level: vary it in the file, in a patch with a name", name, value)
			return
		case f.Name == name:
			levels := newLevelList(r, name)
			levels.add(node, value, []setting{added})
			f.Levels = levels.all
			s.dropCompareOf(f)
			return
		case slices.Contains(f.keys(), name):
			r.addf(node, "the factor %s sets %s: choose one of its levels instead, --set %s=%s", f.Name, name, f.Name, f.Levels[0].Name)
			return
		}
	}
	earlier := func(o setting) bool { return o.key == key } // the last --set counts
	r.layers.overrides = slices.DeleteFunc(r.layers.overrides, earlier)
	r.layers.overrides = append(r.layers.overrides, added)
}

// whyNoKey is the message for a name of the command line that is no key.
func whyNoKey(s *Scenario, name string) string {
	if k := formerly[name]; k != nil {
		return name + " is called " + k.Name + " now"
	}
	if name == roundTripTime {
		return noRoundTripTime
	}
	if isGroup(name) {
		one := name + "." + siblings(name + ".")[0]
		return name + " is a group of keys: set one of them, such as --set " + one + "=VALUE"
	}
	if slices.Contains(documentNames(), name) {
		return name + " is not a key of base: write it into the scenario's file" + flagOf(name)
	}
	return "unknown key " + name + didYouMean(name, append(s.factorNames(), keyNames()...))
}

// flagOf names the flag of tlslab run for a key of a scenario, if there is one.
func flagOf(key string) string {
	if key == "seed" || key == "replicates" {
		return ", or use the flag --" + key
	}
	return ""
}

// narrow leaves a factor of patches the one level that is named.
func (r *reader) narrow(f *Factor, level *document.Node) {
	i := f.level(level.Text)
	if i < 0 {
		r.addf(level, "%q is not a level of %s%s: %s", level.Text, f.Name,
			didYouMean(level.Text, f.levelNames()), shortList(f.levelNames()))
		return
	}
	f.Levels = f.Levels[i : i+1]
}

// dropCompareOf leaves out a comparison whose factor has one level left: there is nothing to
// compare with.
func (s *Scenario) dropCompareOf(f *Factor) {
	if s.Compare != nil && s.Compare.Factor == f.Name {
		s.Compare = nil
	}
}

func keyNames() []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.Name
	}
	return names
}
