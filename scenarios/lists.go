package scenarios

import (
	"slices"

	"github.com/goccy/go-yaml/ast"
)

// words is a setting whose value is a list of different names of a vocabulary, or one name.
type words struct {
	value *[]string
	of    vocabulary
}

// UnmarshalYAML takes names of the vocabulary.
func (w words) UnmarshalYAML(n ast.Node) error {
	names, err := list(n, w.of.check)
	if err == nil {
		*w.value = names
	}
	return err
}

func (w words) schema() object {
	one := object{"enum": w.of.words}
	return object{"anyOf": []object{one, {"type": "array", "items": one, "uniqueItems": true}}}
}

// hosts is a setting whose value is a list of different DNS names, the first label of which may be a wildcard, or one name.
type hosts struct{ value *[]string }

// UnmarshalYAML takes DNS names.
func (h hosts) UnmarshalYAML(n ast.Node) error {
	names, err := list(n, func(n ast.Node, name string) error {
		if !isHost(name) && !isWildcard(name) {
			return wrong(n, "%q is not the DNS name of a host", name)
		}
		return nil
	})
	if err == nil {
		*h.value = names
	}
	return err
}

func (hosts) schema() object {
	one := object{"type": "string", "pattern": `^\S+$`}
	return object{"anyOf": []object{one, {"type": "array", "items": one, "uniqueItems": true}}}
}

// list returns the texts of a sequence, or of one value, each of which passes the check and is there once.
func list(n ast.Node, check func(ast.Node, string) error) ([]string, error) {
	nodes := []ast.Node{n}
	if sequence, ok := n.(*ast.SequenceNode); ok {
		nodes = sequence.Values
	}
	texts := []string{}
	for _, node := range nodes {
		text, err := scalar(node)
		if err != nil {
			return nil, err
		}
		if err := check(node, text); err != nil {
			return nil, err
		}
		if slices.Contains(texts, text) {
			return nil, wrong(node, "%s is there twice", text)
		}
		texts = append(texts, text)
	}
	return texts, nil
}
