package report

import (
	"unicode"
	"unicode/utf8"
)

// capital writes the first letter large.
func capital(words string) string {
	r, n := utf8.DecodeRuneInString(words)
	if n == 0 {
		return words
	}
	return string(unicode.ToUpper(r)) + words[n:]
}
