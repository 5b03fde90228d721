package document

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Bounds of a text. The YAML parser's time and memory grow with the square of a mapping's length
// and of the nesting depth: within these bounds it takes less than a second.
const (
	MaxBytes   = 256 << 10 // of a text
	MaxLines   = 10_000    // of a text
	MaxNesting = 32        // open brackets, and lists that begin in one line
)

// checkBounds finds what is out of bounds, not UTF-8, or a tab.
func checkBounds(s *Source, text []byte) *Error {
	if len(text) > MaxBytes {
		return s.Errorf("has more than %d bytes", MaxBytes)
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size <= 1 {
			return s.errorAt(text, i, fmt.Sprintf("byte 0x%02x is not UTF-8: save the file in UTF-8", text[i]))
		}
		i += size
	}
	if n := bytes.Count(text, []byte("\n")); n > MaxLines {
		return s.Errorf("has more than %d lines", MaxLines)
	}
	if e := checkTabs(s, text); e != nil {
		return e
	}
	return checkNesting(s, text)
}

// checkTabs refuses tabs outside comments: the YAML parser drops some tabs, and reports others at
// another place.
func checkTabs(s *Source, text []byte) *Error {
	comment := false
	for i, c := range text {
		switch {
		case c == '\n' || c == '\r':
			comment = false
		case c == '#' && (i == 0 || strings.IndexByte(" \t\r\n", text[i-1]) >= 0):
			comment = true
		case c == '\t' && !comment:
			return s.errorAt(text, i, "a tab: write spaces")
		}
	}
	return nil
}

// checkNesting counts brackets without regard to quotes and comments: only a text with more than
// MaxNesting brackets in them that are never closed is refused without need.
func checkNesting(s *Source, text []byte) *Error {
	open, lists, leading := 0, 0, true
	for i, c := range text {
		switch {
		case c == '\n' || c == '\r':
			lists, leading = 0, true
			continue
		case strings.IndexByte("[{", c) >= 0:
			open++
		case strings.IndexByte("]}", c) >= 0 && open > 0:
			open--
		case leading && strings.IndexByte("-?:", c) >= 0:
			lists++
		}
		leading = leading && strings.IndexByte(" \t-?:", c) >= 0
		if open > MaxNesting || lists > MaxNesting {
			return s.errorAt(text, i, fmt.Sprintf("nested more than %d deep", MaxNesting))
		}
	}
	return nil
}

// errorAt makes an error at an offset of the text in bytes.
func (s *Source) errorAt(text []byte, offset int, message string) *Error {
	before := lineEnds.Replace(string(text[:offset]))
	line := strings.Count(before, "\n") + 1
	column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	return s.at(line, column, message)
}
