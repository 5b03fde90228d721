package scenarios

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// A vocabulary is the list of names that a setting may have.
type vocabulary struct {
	what  string // "a certificate"
	words []string
}

func (v vocabulary) check(n ast.Node, word string) error {
	if slices.Contains(v.words, word) {
		return nil
	}
	return wrong(n, "%q is not %s%s: %s", word, v.what, didYouMean(word, v.words), strings.Join(v.words, ", "))
}

// word is a setting whose value is one name of a vocabulary.
type word struct {
	value *string
	of    vocabulary
}

// UnmarshalYAML takes a name of the vocabulary.
func (w word) UnmarshalYAML(n ast.Node) error {
	text, err := scalar(n)
	if err != nil {
		return err
	}
	if err := w.of.check(n, text); err != nil {
		return err
	}
	*w.value = text
	return nil
}

// didYouMean returns ` (did you mean "x"?)` for the candidate nearest to a misspelt word, or "" if none is near.
func didYouMean(text string, candidates []string) string {
	best, nearest := "", len(text)/3+2 // a third of the letters may be wrong, and one more
	for _, c := range candidates {
		if d := editDistance(simplify(text), simplify(c)); d < nearest {
			best, nearest = c, d
		}
	}
	if best == "" {
		return ""
	}
	return ` (did you mean "` + best + `"?)`
}

// simplify leaves out what is written in many ways: case, hyphens, underscores, dots.
func simplify(s string) string {
	return strings.NewReplacer("-", "", "_", "", ".", "").Replace(strings.ToLower(s))
}

// editDistance is the Levenshtein distance in bytes.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

// endsInDigits reports whether a name ends in "-" and digits, which Go's benchmark format reads as a number of processors.
func endsInDigits(name string) bool {
	i := strings.LastIndexByte(name, '-')
	return i >= 0 && i+1 < len(name) && strings.Trim(name[i+1:], "0123456789") == ""
}
