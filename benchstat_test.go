package tlslab_test

import (
	"bytes"
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// sampled is the number of replicates of a cell, and of rounds of a benchmark, in the files of
// TestDocumentedBenchstatCommandsPoolNoCells. benchstat's interval of a median needs 6.
const sampled = 6

// benchstat takes all lines of a row and a column for one sample. A documented command whose rows
// leave a factor out would mix cells in silence.
func TestDocumentedBenchstatCommandsPoolNoCells(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out of the quick tier")
	}
	dir := benchFiles(t)
	found := map[string]int{}
	for _, document := range documents(t) {
		page, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range benchstatCommands(string(page)) {
			found[document]++
			out, complaints := benchstat(t, dir, line)
			if complaints != "" {
				t.Errorf("%s: %s complains: %s", document, line, complaints)
			}
			sizes := samplesIn(out)
			if len(sizes) == 0 || slices.Max(sizes) > sampled {
				t.Errorf("%s: %s has samples of %v in place of %d:\n%s", document, line, sizes, sampled, out)
			}
		}
	}
	for _, document := range []string{"README.md", "CONTRIBUTING.md", filepath.Join("docs", "output.md")} {
		if found[document] == 0 {
			t.Errorf("%s has no benchstat command: %v", document, slices.Collect(maps.Keys(found)))
		}
	}
	// A row over all versions and losses is noticed.
	out, _ := benchstat(t, dir, "benchstat -col /tls.kind -row /rtt tlslab-out/full-vs-resumed/bench.txt")
	if sizes := samplesIn(out); len(sizes) == 0 || slices.Max(sizes) <= sampled {
		t.Errorf("rows that mix cells have samples of %v", sizes)
	}
}

var command = regexp.MustCompile(`(?m)^ *((?:go tool )?benchstat .*?)(?: +#.*)?$`)

// benchstatCommands returns the lines of a page that are commands of benchstat.
func benchstatCommands(page string) (lines []string) {
	for _, m := range command.FindAllStringSubmatch(page, -1) {
		if strings.Contains(m[1], ".txt") {
			lines = append(lines, m[1])
		}
	}
	return lines
}

var sampleSize = regexp.MustCompile(`\bn=(\d+)(?:\+(\d+))?`)

// samplesIn returns the sizes of the samples that benchstat compared.
func samplesIn(table string) (sizes []int) {
	for _, m := range sampleSize.FindAllStringSubmatch(table, -1) {
		for _, digits := range m[1:] {
			if n, err := strconv.Atoi(digits); err == nil {
				sizes = append(sizes, n)
			}
		}
	}
	return sizes
}

// benchstat runs a command line with the files of benchFiles.
func benchstat(t *testing.T, dir, line string) (stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	line = "go tool " + strings.TrimPrefix(line, "go tool ")
	cmd := exec.CommandContext(ctx, "sh", "-c", strings.ReplaceAll(line, "/tmp/", ""))
	var out, complaints bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &complaints
	if err := cmd.Run(); err != nil {
		t.Errorf("%s: %v\n%s", line, err, complaints.String())
	}
	return out.String(), complaints.String()
}

// benchFiles makes the files of the documented commands: bench.txt of two scenarios, and the
// benchmarks of this package.
func benchFiles(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := readmeFolder(t, fencedBlocks(string(page)))
	few := " --replicates " + strconv.Itoa(sampled)
	runLine(t, dir, "go run ./cmd/tlslab run satellite.yaml"+few)
	runLine(t, dir, "go run ./cmd/tlslab run full-vs-resumed"+few)
	runLine(t, dir, "go run ./cmd/tlslab run full-vs-resumed --out old"+few)
	runLine(t, dir, "go run ./cmd/tlslab run full-vs-resumed --out new --seed 2"+few)
	once, err := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^$", "-test.bench", ".", "-test.benchtime", "1x").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"old.txt", "new.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), bytes.Repeat(once, sampled), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
