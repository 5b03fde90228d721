package scenarios

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"tlslab/scenarios/document"
)

// For every text, Parse returns either a scenario or mistakes.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, "link.loss=1%")
	}
	f.Add([]byte(twoByTwo), "tls.kind=full")
	f.Add([]byte(patches), "stack=old")
	f.Fuzz(func(t *testing.T, text []byte, set string) {
		s, err := Parse(t.Context(), "fuzz.yaml", text, Options{Sets: []string{set}})
		var mistakes document.Errors
		if (s == nil) == (err == nil) || err != nil && (!errors.As(err, &mistakes) || mistakes.Error() == "") {
			t.Errorf("got %v and error %v", s, err)
		}
	})
}
