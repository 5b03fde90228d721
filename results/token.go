package results

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The tokens of a line. Each method reads at p.pos and moves it, or leaves it and says what is wrong.

func (p *lineParser) space() {
	for p.pos < len(p.line) && (p.line[p.pos] == ' ' || p.line[p.pos] == '\t' || p.line[p.pos] == '\r') {
		p.pos++
	}
}

// peek returns the next byte, or 0 at the end of the line.
func (p *lineParser) peek() byte {
	if p.pos < len(p.line) {
		return p.line[p.pos]
	}
	return 0
}

func (p *lineParser) expect(token string) error {
	p.space()
	if rest := p.line[p.pos:]; len(rest) < len(token) || string(rest[:len(token)]) != token {
		return p.unexpected("`" + token + "`")
	}
	p.pos += len(token)
	return nil
}

// unexpected returns the error of finding anything else than want here.
func (p *lineParser) unexpected(want string) error {
	if p.pos >= len(p.line) {
		return fmt.Errorf("column %d: want %s, found the end of the line", p.pos+1, want)
	}
	return fmt.Errorf("column %d: want %s, found %#q", p.pos+1, want, p.line[p.pos:min(p.pos+16, len(p.line))])
}

// plain reads a JSON string of printable ASCII without escapes, and returns the text between its quotes.
func (p *lineParser) plain() ([]byte, bool) {
	if p.peek() != '"' {
		return nil, false
	}
	rest := p.line[p.pos+1:]
	for i, c := range rest {
		switch {
		case c == '"':
			p.pos += i + 2
			return rest[:i], true
		case c == '\\' || c < ' ' || c >= utf8.RuneSelf:
			return nil, false
		}
	}
	return nil, false
}

// str reads any JSON string.
func (p *lineParser) str() (string, error) {
	p.space()
	if text, ok := p.plain(); ok {
		return string(text), nil
	}
	if p.peek() != '"' {
		return "", p.unexpected("a string")
	}
	end := p.pos + 1
	for ; end < len(p.line) && p.line[end] != '"'; end++ {
		if p.line[end] == '\\' {
			end++
		}
	}
	var s string
	if end >= len(p.line) || json.Unmarshal(p.line[p.pos:end+1], &s) != nil {
		return "", p.unexpected("a string")
	}
	p.pos = end + 1
	return s, nil
}

// hex reads a string of 16 hexadecimal digits.
func (p *lineParser) hex() (uint64, error) {
	p.space()
	start := p.pos
	text, ok := p.plain()
	v := uint64(0)
	for _, c := range text {
		d := strings.IndexByte(hexDigits, c)
		ok = ok && d >= 0
		v = v<<4 | uint64(d&0xf)
	}
	if !ok || len(text) != 16 {
		p.pos = start
		return 0, p.unexpected("16 hexadecimal digits in quotes")
	}
	return v, nil
}

// digits reads an integer of at least 0, without sign, point or exponent. It reads nothing where there is none, or one
// of more than 15 digits.
func (p *lineParser) digits() (v uint64, ok bool) {
	end := p.pos
	for end < len(p.line) && p.line[end]-'0' < 10 && end-p.pos < 16 {
		v = v*10 + uint64(p.line[end]-'0')
		end++
	}
	n := end - p.pos
	if n == 0 || n > 15 || n > 1 && p.line[p.pos] == '0' {
		return 0, false
	}
	p.pos = end
	return v, true
}

// ordinal reads a replicate's number.
func (p *lineParser) ordinal() (uint64, error) {
	p.space()
	v, ok := p.digits()
	if !ok {
		return 0, p.unexpected("an integer of at most 15 digits")
	}
	return v, nil
}

// number reads any JSON number.
func (p *lineParser) number() (float64, error) {
	p.space()
	start := p.pos
	if v, ok := p.digits(); ok {
		if c := p.peek(); c == ',' || c == '}' {
			return float64(v), nil
		}
		p.pos = start
	}
	end := start
	for end < len(p.line) && strings.IndexByte("+-.0123456789eE", p.line[end]) >= 0 {
		end++
	}
	text := p.line[start:end]
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !json.Valid(text) {
		return 0, p.unexpected("a number")
	}
	p.pos = end
	return v, nil
}
