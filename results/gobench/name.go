package gobench

import (
	"slices"
	"strings"
	"unicode"

	"tlslab/results"
)

// names makes the benchmark names of cells.
type names struct {
	header *results.Header
	// parts holds "/factor=level" of every level of every factor.
	parts [][]string
	base  string
	buf   []byte
}

func newNames(h *results.Header) *names {
	n := &names{header: h, base: camel(h.Scenario)}
	for _, f := range h.Factors {
		key := strings.NewReplacer("/", "_", "=", "_").Replace(word(f.Name))
		var parts []string
		for _, level := range f.Levels {
			part := "/" + key + "=" + value(level)
			for slices.Contains(parts, part) { // levels that differ only in replaced characters
				part += "'"
			}
			parts = append(parts, part)
		}
		n.parts = append(n.parts, parts)
	}
	return n
}

// of returns a cell's name, without the leading "Benchmark". It is overwritten by the next call.
func (n *names) of(cell []string) []byte {
	n.buf = append(n.buf[:0], n.base...)
	for i, level := range cell {
		n.buf = append(n.buf, n.parts[i][slices.Index(n.header.Factors[i].Levels, level)]...)
	}
	return n.buf
}

// camel turns a scenario's name into the name of a Go benchmark: full-vs-resumed is FullVsResumed.
func camel(scenario string) string {
	var b strings.Builder
	up := true
	for _, r := range scenario {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			up = true
		case up:
			b.WriteRune(unicode.ToUpper(r))
			up = false
		default:
			b.WriteRune(r)
		}
	}
	if b.Len() == 0 {
		return "Scenario"
	}
	return b.String()
}

// word replaces blanks and control characters in s, because blanks separate the fields of a line.
func word(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			return '_'
		}
		return r
	}, s)
}

// value turns a level into the value of a key: one field, without slashes and without trailing
// -digits.
func value(level string) string {
	v := strings.ReplaceAll(word(level), "/", "_")
	stem := strings.TrimRight(v, "0123456789")
	if stem != v && strings.HasSuffix(stem, "-") {
		v = stem[:len(stem)-1] + "_" + v[len(stem):]
	}
	return v
}
