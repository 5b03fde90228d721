package table

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"tlslab/results/table/number"
)

// Wrap breaks a text at spaces into lines of at most width characters; 0 is unlimited. Line ends of
// the text remain. Lines after the first begin with indent. It does not break between a number and
// its unit, nor at ≤ or ≥. A word that is longer than a line has a line of its own.
func Wrap(text string, width int, indent string) []string {
	var lines []string
	for i, line := range strings.Split(text, "\n") {
		start := indent
		if i == 0 {
			start = ""
		}
		lines = append(lines, wrapLine(line, width, start, indent)...)
	}
	return lines
}

// wrapLine is Wrap for one line of the text, which begins with start.
func wrapLine(text string, width int, start, indent string) []string {
	var words []string
	for _, word := range strings.Fields(text) {
		if n := len(words); n > 0 && inseparable(words[n-1], word) {
			words[n-1] += " " + word
			continue
		}
		words = append(words, word)
	}
	var lines []string
	line, empty := start, true
	for _, word := range words {
		if !empty && width > 0 &&
			utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines, line, empty = append(lines, line), indent, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	return append(lines, line)
}

// inseparable reports whether two words stand on one line.
func inseparable(first, second string) bool {
	for _, sign := range []string{"≤", "≥"} {
		if strings.HasSuffix(first, sign) || second == sign {
			return true
		}
	}
	last, _ := utf8.DecodeLastRuneInString(first)
	return (unicode.IsDigit(last) || last == ']') && number.IsUnit(strings.TrimRight(second, ".,;:)"))
}
