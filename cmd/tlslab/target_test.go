package main

import (
	"encoding/csv"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"tlslab/results/samples"
)

// Every verb reads a run whose cells have different numbers of replicates.
func TestARunWithATargetIsRepeatedReportedAndExported(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	code, stdout, stderr := tlslab(t, precise, "run", "-", "--out", dir)
	if code != exitDone || !strings.Contains(stdout, "handshake") {
		t.Fatalf("run: exit code %d: %s", code, stderr)
	}
	store := openSamples(t, dir)
	if code, _, stderr := tlslab(t, "", "rerun", filepath.Join(dir, "manifest.json"), "-j", "3"); code != exitDone ||
		!strings.Contains(stderr, fmt.Sprintf("identical: all %d replicates are the same", store.Observations())) {
		t.Errorf("rerun: exit code %d: %s", code, stderr)
	}
	if code, again, stderr := tlslab(t, "", "report", dir); code != exitDone || again != stdout {
		t.Errorf("report: exit code %d: %s", code, stderr)
	}
	checkExports(t, dir, store)
	want := "The data decided the number of replicates of each cell (replicates: auto)."
	if !strings.Contains(string(read(t, dir, "report.md")), want) {
		t.Errorf("the report does not say: %s", want)
	}
}

// checkExports compares the number of replicates of each cell in all formats.
func checkExports(t *testing.T, dir string, store *samples.Store) {
	t.Helper()
	factors := len(store.Header().Factors)
	_, text, _ := tlslab(t, "", "export", dir, "--format", "csv")
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	next := map[string]int{} // replicate of each cell
	for _, record := range records[1:] {
		cell := strings.Join(record[:factors], " ")
		if record[factors] != fmt.Sprint(next[cell]) {
			t.Fatalf("csv: replicate %s of cell %s, want %d", record[factors], cell, next[cell])
		}
		next[cell]++
	}
	for _, c := range store.Cells() {
		if cell := strings.Join(c.Levels, " "); next[cell] != c.N() {
			t.Errorf("csv: cell %s has %d replicates, want %d", cell, next[cell], c.N())
		}
	}
	if _, text, _ := tlslab(t, "", "export", dir, "--format", "jsonl"); strings.Count(text, "\n") != store.Observations()+1 {
		t.Errorf("jsonl: %d lines, want %d", strings.Count(text, "\n"), store.Observations()+1)
	}
	if _, text, _ := tlslab(t, "", "export", dir, "--format", "bench"); strings.Count(text, "\nBenchmarkPrecise/") != store.Observations() {
		t.Errorf("bench: %d lines, want %d", strings.Count(text, "\nBenchmarkPrecise/"), store.Observations())
	}
	_, text, _ = tlslab(t, "", "export", dir, "--format", "parquet")
	file, err := parquet.OpenFile(strings.NewReader(text), int64(len(text)))
	if err != nil || file.NumRows() != int64(store.Observations()) {
		t.Errorf("parquet: %v", err)
	}
}
