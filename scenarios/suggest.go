package scenarios

import (
	"fmt"
	"strings"
)

// didYouMean returns ` (did you mean "x"?)` for the candidate nearest to a misspelt word, or "" if
// none is near.
func didYouMean(text string, candidates []string) string {
	if len(text) > maxMisspelt {
		return ""
	}
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

// maxMisspelt is the longest word that is compared with others: the comparison takes its length
// times theirs.
const maxMisspelt = 100

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

// shortList joins names, and counts those after the first listLength.
func shortList(names []string) string {
	if more := len(names) - listLength; more > 0 {
		return strings.Join(names[:listLength], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(names, ", ")
}

const listLength = 50
