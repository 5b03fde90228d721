package document

import (
	"fmt"
	"strings"
)

// Kind is what a node is.
type Kind int

// The kinds of nodes.
const (
	Null Kind = iota // a key without a value
	Scalar
	Mapping
	Sequence
)

// A Node is a value of a text, with its place.
type Node struct {
	Kind   Kind
	Text   string  // Scalar: as written, without quotes
	Pairs  []Pair  // Mapping
	Items  []*Node // Sequence
	Line   int     // of the first character, from 1
	Column int     // of the first character, from 1, in characters

	source *Source
}

// A Pair is a key of a mapping with its value.
type Pair struct {
	Name  string
	Key   *Node
	Value *Node
}

// Errorf makes an error at the node.
func (n *Node) Errorf(format string, args ...any) *Error {
	return n.source.at(n.Line, n.Column, fmt.Sprintf(format, args...))
}

// Scalar returns the text of a node that is a single value.
func (n *Node) Scalar() (string, error) {
	switch {
	case n.Kind == Null:
		return "", n.Errorf("has no value")
	case n.Kind == Mapping:
		return "", n.Errorf("wants one value, not a mapping")
	case n.Kind == Sequence:
		return "", n.Errorf("wants one value, not a list")
	case n.Text == "":
		return "", n.Errorf("has an empty value")
	}
	return n.Text, nil
}

// List returns the items of a sequence, or the node itself: one value needs no brackets.
func (n *Node) List() []*Node {
	if n.Kind == Sequence {
		return n.Items
	}
	return []*Node{n}
}

// String writes the node on one line.
func (n *Node) String() string {
	var parts []string
	switch n.Kind {
	case Mapping:
		for _, p := range n.Pairs {
			parts = append(parts, p.Name+": "+p.Value.String())
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case Sequence:
		for _, item := range n.Items {
			parts = append(parts, item.String())
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return strings.Join(strings.Fields(n.Text), " ")
}

// NewScalar makes the node of a value that stands in no file, such as a default.
func NewScalar(name, text string) *Node {
	return &Node{Kind: Scalar, Text: text, Line: 1, Column: 1, source: NewSource(name, []byte(text))}
}
