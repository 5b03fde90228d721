package document

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An Error is one mistake in a text and its place. It prints as
//
//	handshakes.yaml:7:9: link.loss: 150% is more than 100%
//	  7 |   loss: 150%
//	    |         ^
//
// A mistake in a setting of the command line has that setting in the place of the file:
// "--set link.loss".
type Error struct {
	File    string
	Line    int // from 1; 0: the whole file
	Column  int // from 1, in characters
	Message string
	Source  string // the line of text at fault
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

// Prefix puts a text before the message.
func (e *Error) Prefix(text string) *Error {
	prefixed := *e
	prefixed.Message = text + e.Message
	return &prefixed
}

// indentLike returns white space as wide as the first n characters of line. Tabs stay tabs, so
// that the caret stands under its character however wide a terminal makes them.
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

// Errors are the mistakes found in a text, in the order of the text.
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

// MaxErrors is the number of mistakes that are collected at most.
const MaxErrors = 50

// A Collector collects mistakes, each place and message once, and at most MaxErrors.
type Collector struct {
	found Errors
	more  bool // than MaxErrors
}

// Add adds the mistakes of an error of this package.
func (c *Collector) Add(err error) {
	var several Errors
	if errors.As(err, &several) {
		for _, e := range several {
			c.add(e)
		}
		return
	}
	var one *Error
	if errors.As(err, &one) {
		c.add(one)
	}
}

func (c *Collector) add(e *Error) {
	switch {
	case slices.ContainsFunc(c.found, func(o *Error) bool { return *o == *e }):
	case c.Full():
		c.more = true
	default:
		c.found = append(c.found, e)
	}
}

// Len is the number of mistakes collected.
func (c *Collector) Len() int { return len(c.found) }

// Full reports whether no further mistake is collected: the reader may stop.
func (c *Collector) Full() bool { return len(c.found) >= MaxErrors }

// Err returns what was collected as Errors, in the order of the text, or nil.
func (c *Collector) Err() error {
	if len(c.found) == 0 {
		return nil
	}
	all := slices.Clone(c.found)
	slices.SortStableFunc(all, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	if c.Full() {
		all = append(all, &Error{File: all[0].File, Message: fmt.Sprintf("has %d mistakes or more: the others are not shown", MaxErrors)})
	}
	return all
}

// A Source is a text that nodes come from: the scenario's file, or one --set of the command line.
type Source struct {
	Name  string
	lines []string
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// NewSource makes a source. Name stands in the place of the file in errors.
func NewSource(name string, text []byte) *Source {
	return &Source{Name: name, lines: strings.Split(lineEnds.Replace(string(text)), "\n")}
}

// Errorf makes an error about the whole source.
func (s *Source) Errorf(format string, args ...any) *Error {
	return &Error{File: s.Name, Message: fmt.Sprintf(format, args...)}
}

// at makes an error at a place of the source.
func (s *Source) at(line, column int, message string) *Error {
	if len(message) > maxMessage {
		message = strings.ToValidUTF8(message[:maxMessage], "") + "…"
	}
	e := &Error{File: s.Name, Line: line, Column: column, Message: message}
	if line >= 1 && line <= len(s.lines) {
		e.Source = excerpt(s.lines[line-1], column)
	}
	return e
}

// maxMessage bounds a message in bytes, which may quote the text and list what may stand there.
const maxMessage = 8 << 10

// excerptLength is how many characters of a line an error shows at most after its column.
const excerptLength = 160

// excerpt is a line of text as a terminal can show it. Control characters, which might command the
// terminal, and bytes that are not UTF-8 become question marks, so that columns stay where they
// are. The line is cut off excerptLength characters after the column.
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
