package scenarios

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tlslab/scenarios/document"
)

// A setting is a key with the value that one place of the text gives it.
type setting struct {
	key      *Key
	node     *document.Node
	override bool // of --set
	layer    int  // see layers
}

// apply writes the value into its fields of the configuration.
func (s setting) apply(c *Config) error {
	for _, f := range s.key.fields(c) {
		if err := f.read(s.node); err != nil {
			return err
		}
	}
	return nil
}

// meaning is the same for all ways to write one value of a key.
func (s setting) meaning() string {
	c := newConfig()
	if err := s.apply(c); err != nil {
		return ""
	}
	return fmt.Sprintf("%+v", *c)
}

// inTableOrder sorts settings as the table of keys has them, so that link comes before link.delay
// and link.delay before link.up.delay, however the author ordered them.
func inTableOrder(settings []setting) []setting {
	sorted := slices.Clone(settings)
	slices.SortStableFunc(sorted, func(a, b setting) int { return cmp.Compare(a.key.rank, b.key.rank) })
	return sorted
}

// flatten turns the nested mapping below the group prefix ("" for all) into settings of dotted
// keys. Names may be nested or dotted: {tls: {version: "1.3"}} and {tls.version: "1.3"} are the
// same.
func flatten(prefix string, n *document.Node) ([]setting, []error) {
	if n.Kind != document.Mapping {
		return flattenValue(prefix, n, n)
	}
	var settings []setting
	var errs []error
	seen := map[string]bool{}
	for _, p := range n.Pairs {
		if len(errs) > document.MaxErrors {
			break
		}
		name := p.Name
		if prefix != "" {
			name = prefix + "." + name
		}
		if seen[name] {
			errs = append(errs, p.Key.Errorf("%s is set twice", name))
			continue
		}
		seen[name] = true
		found, problems := flattenPair(name, p)
		errs = append(errs, problems...)
		settings = append(settings, found...)
	}
	return settings, append(errs, repeated(settings)...)
}

// flattenPair flattens what one name of a mapping stands for.
func flattenPair(name string, p document.Pair) ([]setting, []error) {
	if p.Value.Kind == document.Mapping && isGroup(name) {
		return flatten(name, p.Value)
	}
	return flattenValue(name, p.Key, p.Value)
}

// flattenValue makes a setting of a name that is not divided further.
func flattenValue(name string, at, value *document.Node) ([]setting, []error) {
	if k := keyByName(name); k != nil {
		return []setting{{key: k, node: value}}, nil
	}
	if isGroup(name) {
		return nil, []error{value.Errorf("%s is a mapping with the keys %s", name, strings.Join(siblings(name+"."), ", "))}
	}
	return nil, []error{unknownKey(at, name)}
}

func unknownKey(at *document.Node, name string) error {
	if k := formerly[name]; k != nil {
		return at.Errorf("%s is called %s now", name, k.Name)
	}
	if name == roundTripTime {
		return at.Errorf(noRoundTripTime)
	}
	words := siblings(name)
	if len(words) == 0 { // a part before the last is wrong: speak of that one
		if i := strings.LastIndexByte(name, '.'); i >= 0 {
			return unknownKey(at, name[:i])
		}
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	return at.Errorf("unknown key %q%s: %s", name, didYouMean(last, words), strings.Join(words, ", "))
}

// repeated finds keys that are set both nested and dotted.
func repeated(settings []setting) []error {
	var errs []error
	seen := map[*Key]bool{}
	for _, s := range settings {
		if seen[s.key] {
			errs = append(errs, s.node.Errorf("%s is set twice", s.key.Name))
		}
		seen[s.key] = true
	}
	return errs
}
