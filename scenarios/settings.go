package scenarios

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// A setting is a key with the value that one place of the text gives it.
type setting struct {
	key   *Key
	node  ast.Node
	from  *source
	layer int // base, --set or a level: see resolve
}

// apply writes the value to its places in the configuration.
func (s setting) apply(c *Config) error {
	for _, field := range s.key.fields(c) {
		if err := field.UnmarshalYAML(s.node); err != nil {
			return err
		}
	}
	return nil
}

// means reports whether two values of one key come to the same, however they are written.
func (s setting) means(other setting) bool {
	a, b := newConfig(), newConfig()
	return s.apply(a) == nil && other.apply(b) == nil && reflect.DeepEqual(a, b)
}

// inTableOrder sorts settings as the table of keys has them, so that link comes before link.delay and link.delay before
// link.up.delay, however the author ordered them.
func inTableOrder(settings []setting) []setting {
	rank := func(s setting) int {
		return slices.IndexFunc(keys, func(k Key) bool { return k.Name == s.key.Name })
	}
	sorted := slices.Clone(settings)
	slices.SortStableFunc(sorted, func(a, b setting) int { return cmp.Compare(rank(a), rank(b)) })
	return sorted
}

// A pair is one line of a mapping.
type pair struct {
	name  string
	key   ast.Node
	value ast.Node
}

// mapping returns the pairs of a mapping in their order.
func mapping(n ast.Node) ([]pair, bool) {
	var values []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	default:
		return nil, false
	}
	pairs := make([]pair, len(values))
	for i, v := range values {
		pairs[i] = pair{v.Key.GetToken().Value, v.Key, v.Value}
	}
	return pairs, true
}

// flatten turns the nested mapping below the group prefix ("" for all) into settings of dotted keys. Names may be nested or
// dotted, as one likes: {tls: {version: "1.3"}} and {tls.version: "1.3"} are the same.
func flatten(prefix string, n ast.Node) ([]setting, []error) {
	pairs, isMapping := mapping(n)
	if !isMapping {
		return flattenValue(prefix, n, n)
	}
	var settings []setting
	var errs []error
	seen := map[string]bool{}
	for _, p := range pairs {
		name := p.name
		if prefix != "" {
			name = prefix + "." + name
		}
		if seen[name] {
			errs = append(errs, wrong(p.key, "%s is set twice", name))
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
func flattenPair(name string, p pair) ([]setting, []error) {
	if _, nested := mapping(p.value); nested && isGroup(name) {
		return flatten(name, p.value)
	}
	return flattenValue(name, p.key, p.value)
}

// flattenValue makes a setting of a name that is not divided further.
func flattenValue(name string, at, value ast.Node) ([]setting, []error) {
	if k := keyByName(name); k != nil {
		return []setting{{key: k, node: value}}, nil
	}
	if isGroup(name) {
		return nil, []error{wrong(value, "%s is a mapping with the keys %s", name, strings.Join(siblings(name+"."), ", "))}
	}
	return nil, []error{unknownKey(at, name)}
}

func unknownKey(at ast.Node, name string) error {
	words := siblings(name)
	if len(words) == 0 { // a part before the last is wrong: speak of that one
		if i := strings.LastIndexByte(name, '.'); i >= 0 {
			return unknownKey(at, name[:i])
		}
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	return wrong(at, "unknown key %q%s: %s", name, didYouMean(last, words), strings.Join(words, ", "))
}

// repeated finds keys that are set both nested and dotted.
func repeated(settings []setting) []error {
	var errs []error
	seen := map[string]bool{}
	for _, s := range settings {
		if seen[s.key.Name] {
			errs = append(errs, wrong(s.node, "%s is set twice", s.key.Name))
		}
		seen[s.key.Name] = true
	}
	return errs
}

// textNode is a value that stands in no file, such as a default.
func textNode(text string) ast.Node {
	return ast.String(token.New(text, text, &token.Position{Line: 1, Column: 1}))
}
