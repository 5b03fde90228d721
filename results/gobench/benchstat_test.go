package gobench

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/results"
)

// benchstat runs the benchstat of golang.org/x/perf and returns its table. Anything on its standard
// error fails the test.
func benchstat(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", append([]string{"tool", "benchstat"}, args...)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("benchstat: %v\n%s", err, stderr.String())
	}
	if stderr.Len() > 0 {
		t.Errorf("benchstat complains:\n%s", stderr.String())
	}
	return stdout.String()
}

func TestBenchstatComparesTheColumnsOfAFactor(t *testing.T) {
	got := benchstat(t, "-col", "/tls.kind", "-row", "/rtt", "-filter",
		".unit:(handshake-sim-sec OR bytes-up-B)", "testdata/bench.txt")
	for _, want := range []string{
		"│       full        │", "│                  resumed ", "vs base", "│ handshake-sim-sec │", "│ bytes-up-B │",
		"10ms          30.28m ±   3%       20.28m ±   4%  -33.02% (p=0.000 n=8)", // seconds, scaled
		// bytes-up-B is exact: no p-value.
		"10ms      517.0 ± 0%   733.0 ± 0%  +41.78% (n=8)",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the table has no %q:\n%s", want, got)
		}
	}
}

func TestBenchstatReadsTheWholeFile(t *testing.T) {
	got := benchstat(t, "testdata/bench.txt")
	for _, want := range []string{
		"scenario: full-vs-resumed", "FullVsResumed/tls.kind=full/rtt=10ms", "goodput-B/s", "cause.rto-sim-sec",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the table has no %q:\n%s", want, got)
		}
	}
}

func TestBenchstatComparesWithTheBaseline(t *testing.T) {
	src := source(t, []string{"cbc", "gcm", "chacha"}, false,
		map[string][]float64{"cbc": {5, 5}, "gcm": {4, 4}, "chacha": {8, 8}})
	h := src.Header()
	h.Compare = &results.Compare{Factor: h.Factors[0].Name, Baseline: "gcm"}
	path := filepath.Join(t.TempDir(), "bench.txt")
	var b bytes.Buffer
	if err := Write(&b, src, summarized(t, src)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	got := benchstat(t, "-col", "/x_y_z", path)
	at := func(level string) int { return strings.Index(got, " "+level+" ") }
	if !(0 < at("gcm") && at("gcm") < at("cbc") && at("cbc") < at("chacha")) {
		t.Errorf("the columns are not gcm, cbc, chacha:\n%s", got)
	}
	if lines := strings.Count(b.String(), "\nBenchmark"); lines != 6 {
		t.Errorf("%d lines for 6 replicates", lines)
	}
}
