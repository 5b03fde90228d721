// Package golden compares the output of a test with a file of its testdata. With the flag -update
// it first writes the output to the file. Read the diff before you commit it.
package golden

import (
	"bytes"
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "overwrite the files in testdata with the output of the tests")

// Check fails the test if got differs from the content of the file.
func Check(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from the output, which is:\n%s", path, got)
	}
}
