package document

import (
	"bytes"
	"errors"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// byteOrderMark is what some editors put before a text in UTF-8.
const byteOrderMark = "\ufeff"

// Parse reads a text of one YAML document. It returns nil for a text without a value. An error is
// of type Errors; name stands in it in the place of the file.
func Parse(name string, text []byte) (*Node, error) {
	text = bytes.TrimPrefix(text, []byte(byteOrderMark))
	s := NewSource(name, text)
	if e := checkBounds(s, text); e != nil {
		return nil, Errors{e}
	}
	parsed, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, Errors{s.syntaxError(err)}
	}
	if len(parsed.Docs) == 0 || parsed.Docs[0].Body == nil {
		return nil, nil
	}
	c := converter{source: s}
	node := c.convert(parsed.Docs[0].Body, 0)
	if len(parsed.Docs) > 1 {
		e := s.Errorf("a second document: a file holds one")
		if body := parsed.Docs[1].Body; body != nil {
			e = c.node(body, Null).Errorf("a second document: a file holds one")
		}
		c.errors.Add(e)
	}
	if err := c.errors.Err(); err != nil {
		return nil, err
	}
	return node, nil
}

func (s *Source) syntaxError(err error) *Error {
	var syntax yaml.Error
	if !errors.As(err, &syntax) {
		return s.Errorf("not YAML: %v", err)
	}
	if t := syntax.GetToken(); t != nil && t.Position != nil {
		return s.at(t.Position.Line, t.Position.Column, "not YAML: "+syntax.GetMessage())
	}
	return s.Errorf("not YAML: %s", syntax.GetMessage())
}

// A converter makes nodes of a parsed text.
type converter struct {
	source *Source
	errors Collector
}

func (c *converter) convert(n ast.Node, depth int) *Node {
	if depth > MaxNesting {
		to := c.node(n, Null)
		c.errors.Add(to.Errorf("nested more than %d deep", MaxNesting))
		return to
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		return c.mapping(n, n.Values, depth)
	case *ast.MappingValueNode:
		return c.mapping(n, []*ast.MappingValueNode{n}, depth)
	case *ast.SequenceNode:
		to := c.node(n, Sequence)
		for _, item := range n.Values {
			to.Items = append(to.Items, c.convert(item, depth+1))
		}
		return to
	case *ast.NullNode:
		return c.node(n, Null)
	case *ast.LiteralNode:
		to := c.node(n, Scalar)
		to.Text = strings.TrimSpace(n.Value.Value)
		return to
	case *ast.StringNode:
		to := c.node(n, Scalar)
		to.Text = n.Value
		return to
	case *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode, *ast.MergeKeyNode:
		to := c.node(n, Scalar)
		to.Text = n.GetToken().Value
		return to
	}
	to := c.node(n, Null)
	c.errors.Add(to.Errorf("anchors, aliases, tags and compound keys are not part of the language: write the value out"))
	return to
}

func (c *converter) mapping(n ast.Node, values []*ast.MappingValueNode, depth int) *Node {
	to := c.node(n, Mapping)
	for _, v := range values {
		key := c.convert(v.Key, depth+1)
		name := key.Text
		if key.Kind == Null && v.Key.GetToken() != nil {
			name = v.Key.GetToken().Value
		}
		to.Pairs = append(to.Pairs, Pair{name, key, c.convert(v.Value, depth+1)})
	}
	return to
}

func (c *converter) node(n ast.Node, kind Kind) *Node {
	to := &Node{Kind: kind, source: c.source}
	if t := position(n); t != nil && t.Position != nil {
		to.Line, to.Column = t.Position.Line, t.Position.Column
	}
	return to
}

// position is the token at which a node starts. A mapping's own token is the colon after its first
// key.
func position(n ast.Node) *token.Token {
	switch n := n.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return n.Values[0].Key.GetToken()
		}
	case *ast.MappingValueNode:
		return n.Key.GetToken()
	}
	return n.GetToken()
}
