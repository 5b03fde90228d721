package scenarios

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// An Error is one mistake in a scenario and where it stands. It prints as
//
//	handshakes.yaml:7:9: link.loss: 150% is more than 100%
//	  7 |   loss: 150%
//	    |         ^
//
// A mistake in a setting of the command line has that setting in the place of the file: "--set link.loss".
type Error struct {
	File    string
	Line    int // from 1; 0: nowhere in particular
	Column  int // from 1, in characters
	Message string
	Source  string // the line of text that is at fault

	about string // the message without the cell that showed it
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Message
	}
	number := fmt.Sprint(e.Line)
	margin := strings.Repeat(" ", len(number))
	return fmt.Sprintf("%s:%d:%d: %s\n  %s | %s\n  %s | %s^", e.File, e.Line, e.Column, e.Message,
		number, e.Source, margin, indentLike(e.Source, e.Column-1))
}

// indentLike returns white space as wide as the first n characters of line: its tabs stay tabs, so that the caret stands under
// what it points at however wide a terminal makes them.
func indentLike(line string, n int) string {
	var b strings.Builder
	for _, r := range line {
		if n == 0 {
			break
		}
		if r != '\t' {
			r = ' '
		}
		b.WriteRune(r)
		n--
	}
	return b.String() + strings.Repeat(" ", n)
}

// Errors are all the mistakes found in a scenario, in the order of the text.
type Errors []*Error

func (e Errors) Error() string {
	texts := make([]string, len(e))
	for i, one := range e {
		texts[i] = one.Error()
	}
	return strings.Join(texts, "\n")
}

// Unwrap gives the mistakes to errors.As.
func (e Errors) Unwrap() []error {
	all := make([]error, len(e))
	for i, one := range e {
		all[i] = one
	}
	return all
}

// A source is one text that settings come from: the scenario's file, or one --set of the command line.
type source struct {
	name  string
	lines []string
}

func newSource(name string, text []byte) *source {
	return &source{name: name, lines: strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")}
}

// at says where in the source a token stands.
func (s *source) at(t *token.Token, message string) *Error {
	e := &Error{File: s.name, Message: message}
	if t == nil || t.Position == nil {
		return e
	}
	e.Line, e.Column = t.Position.Line, t.Position.Column
	if e.Line >= 1 && e.Line <= len(s.lines) {
		e.Source = excerpt(s.lines[e.Line-1], e.Column)
	}
	return e
}

// excerptLength is how many characters of a line an error shows at most, after the one that it speaks of or from the beginning.
const excerptLength = 160

// excerpt is a line of text as a terminal can show it: control characters, which might command the terminal, and bytes that are no
// text are question marks, so that columns stay where they are, and what goes on for long beyond the column is cut off.
func excerpt(line string, column int) string {
	shown := []rune(strings.Map(func(c rune) rune {
		if c == utf8.RuneError || unicode.IsControl(c) && c != '\t' {
			return '?'
		}
		return c
	}, line))
	if end := column + excerptLength; len(shown) > end {
		return string(shown[:end]) + "…"
	}
	return string(shown)
}

// mistakes collects errors while a scenario is read, each place and message once.
type mistakes struct {
	found Errors
}

func (m *mistakes) add(e *Error) {
	if !slices.ContainsFunc(m.found, func(o *Error) bool { return *o == *e }) {
		m.found = append(m.found, e)
	}
}

// addf reports a mistake at a node of a source.
func (m *mistakes) addf(s *source, n ast.Node, format string, args ...any) {
	var t *token.Token
	if n != nil {
		t = position(n)
	}
	m.add(s.at(t, fmt.Sprintf(format, args...)))
}

// addError reports an error of a value's UnmarshalYAML, which carries its own token.
func (m *mistakes) addError(s *source, n ast.Node, key string, err error) {
	if key != "" {
		key += ": "
	}
	var syntax *yaml.SyntaxError
	if errors.As(err, &syntax) {
		m.add(s.at(syntax.Token, key+syntax.Message))
		return
	}
	m.addf(s, n, "%s%s", key, err)
}

// err returns what was found, in the order of the text, or nil.
func (m *mistakes) err() error {
	if len(m.found) == 0 {
		return nil
	}
	slices.SortStableFunc(m.found, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return m.found
}

// position is the token at which a node starts. A mapping's own token is the colon after its first key.
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

// wrong makes the error of a value: a message at the node it was read from.
func wrong(n ast.Node, format string, args ...any) error {
	return &yaml.SyntaxError{Message: fmt.Sprintf(format, args...), Token: position(n)}
}
