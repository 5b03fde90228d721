package tlslab_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A citation of TLS 1.3's specification. RFC 9846 numbers its section 4 and its appendices
// otherwise than RFC 8446, which it obsoletes: a number from memory exists and means another
// section.
type citation struct {
	line    int
	section string // "4.3.11.2", "E.4"
}

var (
	// specification finds the name of the RFC, whose number may stand on the next line.
	specification = regexp.MustCompile(`RFC[\s/]*9846`)
	// section finds one reference to a section, at the beginning of a text.
	section = regexp.MustCompile(`^(?:§|(?i:sections?|appendix|appendices)\s)\s*((?:[0-9]+|[A-Z])(?:\.[0-9]+)*)\b`)
	// more finds what joins a reference to the next one, at the beginning of a text.
	more = regexp.MustCompile(`^(?:'s\b|[\s,;:(]|and\b|or\b|to\b)+`)
	// before finds a reference at the end of a text: "§5.1 of", which the RFC's name follows.
	before = regexp.MustCompile(`(?:§|(?i:section|appendix)\s)\s*((?:[0-9]+|[A-Z])(?:\.[0-9]+)*) (?:of|in) $`)
	// bare finds a further number in a list that is introduced by a word: "sections 5.1, 5.2".
	bare = regexp.MustCompile(`^((?:[0-9]+|[A-Z])(?:\.[0-9]+)+)\b`)
	// margin is the end of a line with what begins the next line of a comment.
	margin = regexp.MustCompile(`\s*\n[ \t]*(?://|#|\*|>)?[ \t]*`)
)

// citations finds the references to sections of RFC 9846 in a text: "RFC 9846 §4.3.2, §5.1 and
// §A.1", "RFC 9846 appendix E.5", "section 4.3 of RFC 9846", over the ends of lines too.
func citations(text string) (found []citation) {
	for _, at := range specification.FindAllStringIndex(text, -1) {
		line := 1 + strings.Count(text[:at[0]], "\n")
		head := margin.ReplaceAllString(text[max(0, at[0]-80):at[0]], " ")
		if m := before.FindStringSubmatch(head); m != nil {
			found = append(found, citation{line, m[1]})
		}
		rest := margin.ReplaceAllString(text[at[1]:], " ")
		for inList := false; ; {
			rest = rest[len(more.FindString(rest)):]
			m := section.FindStringSubmatch(rest)
			if m == nil && inList {
				m = bare.FindStringSubmatch(rest)
			}
			if m == nil {
				break
			}
			found = append(found, citation{line, m[1]})
			rest, inList = rest[len(m[0]):], true
		}
	}
	return found
}

// sectionsOfRFC9846 reads the list of the RFC's sections: a number and a title a line.
func sectionsOfRFC9846(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("engine", "testdata", "rfc9846-sections.txt"))
	if err != nil {
		t.Fatal(err)
	}
	titles := make(map[string]string)
	numbered := regexp.MustCompile(`(?m)^((?:[0-9]+|[A-F])(?:\.[0-9]+)*) (.+)$`)
	for _, m := range numbered.FindAllStringSubmatch(string(text), -1) {
		titles[m[1]] = m[2]
	}
	return titles
}

// eachText calls f with every Go file, document and scenario of the repository.
func eachText(t *testing.T, f func(path, text string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			if path != "." && strings.HasPrefix(entry.Name(), ".") {
				return filepath.SkipDir
			}
			return nil
		case !slices.Contains([]string{".go", ".md", ".yaml"}, filepath.Ext(path)):
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		f(path, string(text))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCitedSectionsExist(t *testing.T) {
	titles := sectionsOfRFC9846(t)
	for number, title := range map[string]string{"4.1": "The Transcript Hash", "5.5": "Limits on Key Usage", "11": "IANA Considerations", "E.4": "Middlebox Compatibility Mode"} {
		if titles[number] != title {
			t.Fatalf("the list of sections has %q as §%s", titles[number], number)
		}
	}
	cited := 0
	eachText(t, func(path, text string) {
		for _, c := range citations(text) {
			cited++
			if titles[c.section] == "" {
				t.Errorf("%s:%d: RFC 9846 has no section %s", path, c.line, c.section)
			}
		}
	})
	if cited < 100 {
		t.Errorf("%d citations found: are they read at all?", cited)
	}
}

// RFC 8446 is obsolete: a reader who follows its numbers in RFC 9846 finds other sections.
func TestSectionsOfTheObsoleteSpecificationAreNotCited(t *testing.T) {
	obsolete := regexp.MustCompile(`RFC\s*8446\s*(?:§|(?i:sections?|appendix)\s)`)
	eachText(t, func(path, text string) {
		for _, at := range obsolete.FindAllStringIndex(text, -1) {
			t.Errorf("%s:%d: cites a section of the RFC that RFC 9846 obsoletes", path, 1+strings.Count(text[:at[0]], "\n"))
		}
	})
}

func TestCitationsAreFound(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"by its binder (SPEC §4.3.11.2).", "4.3.11.2"},
		{"SPEC §4.3.2 and §5.1", "4.3.2 5.1"},
		{"SPEC §4.3.2, §5.1; §A.1 or §E.5.", "4.3.2 5.1 A.1 E.5"},
		{"SPEC §A.1", "A.1"},
		{"SPEC appendix E.5, which", "E.5"},
		{"SPEC, Appendix E.5", "E.5"},
		{"SPEC's section 4.9", "4.9"},
		{"SPEC sections 5.1, 5.2 and 6", "5.1 5.2"},
		{"section 4.4 of SPEC", "4.4"},
		{"§4.4 of\n\t// SPEC and", "4.4"},
		{"// (SPEC\n// §4.9)", "4.9"},
		{"# SPEC §4.3,\n  # §4.4", "4.3 4.4"},
		{"SPEC §4.3, RFC 5246 §7.4.1", "4.3"},
		{"RFC 5246 §7.4.1, SPEC §11.1", "11.1"},
		{"TLS 1.3 (SPEC) from the ServerHello on", ""},
		{"the URL /rfc/SPEC#section-4", ""},
	} {
		var got []string
		for _, c := range citations(strings.ReplaceAll(tt.text, "SPEC", "RFC "+"9846")) {
			got = append(got, c.section)
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%q cites %q, want %q", tt.text, s, tt.want)
		}
	}
}
