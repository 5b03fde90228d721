package scenarios

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/scenarios/document"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; go test -update writes it. Got:\n%s", path, got)
	}
}

// Every mistake is found before anything runs. Its error has its place and what is allowed there.
func TestErrorsShowTheLineOfEachMistake(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no bad scenarios", err)
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Parse(t.Context(), filepath.Base(file), text, Options{})
		var mistakes document.Errors
		if !errors.As(err, &mistakes) {
			t.Errorf("%s: got %v and error %v, want mistakes", file, s, err)
			continue
		}
		fmt.Fprintf(&all, "%v\n\n", err)
	}
	golden(t, "bad.golden", all.String())
}
