package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkRun measures whole runs: simulation, samples, summary, figures and report. Its CPU
// profile is default.pgo, from which the compiler learns which calls to inline
// (https://go.dev/doc/pgo); CONTRIBUTING.md has the command.
func BenchmarkRun(b *testing.B) {
	for _, scenario := range []string{"full-vs-resumed", "record-sizes", "post-quantum"} {
		b.Run("scenario="+scenario, func(b *testing.B) {
			for b.Loop() {
				args := []string{"run", scenario, "--replicates", "5000", "--out", filepath.Join(b.TempDir(), "run")}
				var stderr strings.Builder
				if code := run(args, strings.NewReader(""), io.Discard, &stderr); code != 0 {
					b.Fatalf("exit %d: %s", code, stderr.String())
				}
			}
		})
	}
}
