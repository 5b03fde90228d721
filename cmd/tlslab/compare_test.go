package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// benchLines are n results of a benchmark around a value in ns/op.
func benchLines(name string, value int, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("Benchmark" + name + "-2 1000 " + strconv.Itoa(value*1000+i%7) + " ns/op\n")
	}
	return b.String()
}

// writeFile writes a file into a new folder and returns its path.
func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestExitCodesOfAComparisonOfBenchmarks(t *testing.T) {
	old := writeFile(t, "old.txt", benchLines("Seal", 100, 10))
	slow := writeFile(t, "slow.txt", benchLines("Seal", 300, 10))
	thin := writeFile(t, "thin.txt", benchLines("Seal", 300, 1))
	broken := writeFile(t, "broken.txt", benchLines("Seal", 300, 10)+"BenchmarkOpen 1 2\n")
	gone := writeFile(t, "gone.txt", benchLines("Open", 100, 10))
	const gate = "median(sec/op)>+5%"
	for _, tt := range []struct {
		args []string
		code int
		says string // on standard error
	}{
		{[]string{old, slow}, exitDone, ""},
		{[]string{old, old, "--fail-on", gate}, exitDone, ""},
		{[]string{slow, old, "--fail-on", gate}, exitDone, ""},
		{[]string{old, slow, "--fail-on", gate}, exitDisagrees, "gate not met: median(sec/op)>+5% fails in 1 of 1 comparisons, such as Seal-2: +200 %"},
		{[]string{old, slow, "-fail-on", gate}, exitDisagrees, "gate not met"},
		{[]string{old, slow, "-fail-on=" + gate}, exitDisagrees, "gate not met"},
		{[]string{old, slow, "--fail-on", "median(sec/op)>+300%", "--fail-on", gate}, exitDisagrees, "gate not met: median(sec/op)>+5%"},
		{[]string{old, thin, "--fail-on", gate}, exitDisagrees, "not enough data to tell (n = 10 and 1)"},
		{[]string{old, gone, "--fail-on", gate}, exitDisagrees, "has no sec/op of this benchmark"},
		{[]string{old, slow, "--fail-on", "median(sec/op)=+5%"}, exitUsage, "median(sec/op)=+5%\n\t              ^"},
		{[]string{old, slow, "--fail-on", "median(secs)>+5%"}, exitUsage, "no unit is called secs, only sec/op"},
		{[]string{old, slow, "--filter", "(("}, exitUsage, "--filter"},
		{[]string{old, slow, "--format", "pdf"}, exitUsage, "--format pdf: want one of text, markdown, csv, json, html"},
		{[]string{}, exitUsage, "got no arguments"},
		{[]string{old, "-", "-"}, exitUsage, "standard input can be read once"},
		{[]string{old, filepath.Join(t.TempDir(), "none.txt")}, exitFailed, "none.txt: no such file"},
		{[]string{old, broken}, exitFailed, "broken.txt:11: not a line in Go's benchmark format"},
		{[]string{old, slow, "--out", "/nowhere/x.md"}, exitFailed, "--out /nowhere/x.md"},
	} {
		code, _, stderr := tlslab(t, "", append([]string{"compare"}, tt.args...)...)
		if code != tt.code || !strings.Contains(stderr, tt.says) || tt.says == "" && stderr != "" {
			t.Errorf("%q: exit code %d, want %d; standard error %q, want %q", tt.args, code, tt.code, stderr, tt.says)
		}
	}
}

func TestStandardInputAndLabelsAreCompared(t *testing.T) {
	old := writeFile(t, "old.txt", benchLines("Seal", 100, 10))
	code, stdout, stderr := tlslab(t, benchLines("Seal", 300, 10), "compare", "base="+old, "head=-")
	if code != exitDone || !strings.Contains(stdout, "base") || !strings.Contains(stdout, "head") || !strings.Contains(stdout, "+200.00%") {
		t.Errorf("exit code %d, %s\n%s", code, stderr, stdout)
	}
}

func TestAComparisonHasFiveFormats(t *testing.T) {
	old := writeFile(t, "old.txt", "cpu: A\n"+benchLines("Seal", 100, 10)+benchLines("Gone", 1, 10))
	slow := writeFile(t, "slow.txt", "cpu: B\n"+benchLines("Seal", 300, 10))
	for format, wants := range map[string][]string{
		"text":     {"Settings that differ", "cpu", "Gate: failed", "Missing", "slow has no sec/op of Gone-2"},
		"markdown": {"### Gate: failed", "### Significant changes", "<details><summary>Benchmarks</summary>", "### Missing"},
		"csv":      {"name,metric,unit,statistic,column,n,value", "Seal-2,sec/op,sec/op,median,slow,10,0.0003"},
		"json":     {`"verdict": "different"`, `"outcome": "exceeded"`, `"missing": [`},
		"html":     {"<!DOCTYPE html>", "Gate: failed", "</html>"},
	} {
		out := filepath.Join(t.TempDir(), "out")
		code, stdout, _ := tlslab(t, "", "compare", "old="+old, "slow="+slow, "--ignore", "cpu", "--format", format, "--out", out, "--fail-on", "p50(sec/op)>+1%")
		if code != exitDisagrees || stdout != "" {
			t.Errorf("%s: exit code %d, standard output %q", format, code, stdout)
		}
		text := string(read(t, out))
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s has no %q:\n%s", format, want, text)
			}
		}
	}
}

func TestExitCodesOfAComparisonOfRuns(t *testing.T) {
	old, _, _ := smallRun(t)
	same, _, _ := smallRun(t, "-j", "1")
	slow, _, _ := smallRun(t, "--set", "link.delay=7ms")
	narrow, _, _ := smallRun(t, "--set", "tls.version=1.3")
	seed, _, _ := smallRun(t, "--seed", "7")
	cut := filepath.Join(t.TempDir(), "cut")
	if err := os.CopyFS(cut, os.DirFS(old)); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(cut, "samples", "part-00000.parquet"), 100); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "other")
	if code, _, stderr := tlslab(t, strings.Replace(small, "name: small", "name: other", 1), "run", "-", "--out", other); code != exitDone {
		t.Fatal(stderr)
	}
	for _, tt := range []struct {
		args []string
		code int
		says string // on standard output or standard error
	}{
		{[]string{old, same, "--fail-on", "changed(*)", "--fail-on", "p50(handshake)>+0%", "--fail-on", "failed()>+0%"}, exitDone, "Nothing changed"},
		{[]string{old, slow}, exitDone, "link.up"},
		{[]string{old, slow, "--fail-on", "p50(handshake)>+3%"}, exitDisagrees, "of 4 comparisons: 4 beyond the threshold"},
		{[]string{slow, old, "--fail-on", "p50(handshake)>+3%"}, exitDone, "for the better"},
		{[]string{old, slow, "--fail-on", "p99(handshake)>+3%"}, exitDisagrees, "not enough data to tell (n = 70 and 70)"},
		{[]string{old, narrow, "--fail-on", "p50(handshake)>+3%"}, exitDisagrees, "has no cell tls.version=1.2 tls.kind=full"},
		{[]string{old, narrow}, exitDone, "2 comparisons are missing on one side"},
		{[]string{old, seed}, exitDone, "The root seeds differ"},
		{[]string{old, other}, exitFailed, "they answer different questions. --anyway"},
		{[]string{old, other, "--anyway"}, exitDone, "Nothing changed"},
		{[]string{old, cut}, exitFailed, "the part was changed after tlslab wrote it, or was cut off"},
		{[]string{old, t.TempDir()}, exitFailed, "tlslab: "},
		{[]string{old}, exitUsage, "name a second folder"},
		{[]string{"a=" + old, "a=" + seed}, exitUsage, "have the same label a"},
		{[]string{old, filepath.Join(old, "bench.txt")}, exitUsage, "want folders or benchmark files, not both"},
		{[]string{old, same, "--col", "/tls.kind"}, exitUsage, "--col groups benchmarks"},
		{[]string{old, same, "--filter", "/tls.kind:none"}, exitUsage, "no cell and metric match"},
		{[]string{old, same, "--fail-on", "p50(none)>+3%"}, exitUsage, "no metric is called none, only handshake"},
	} {
		code, stdout, stderr := tlslab(t, "", append([]string{"compare"}, tt.args...)...)
		if code != tt.code || !strings.Contains(stdout+stderr, tt.says) {
			t.Errorf("%q: exit code %d, want %d with %q\n%s%s", tt.args, code, tt.code, tt.says, stdout, stderr)
		}
	}
}

// A changed price of a cost table is a setting too.
func TestSettingsThatDifferAreListedFirst(t *testing.T) {
	table := string(read(t, "../../sim/costs/reference.json"))
	reference, cheap := writeFile(t, "reference.json", table), writeFile(t, "cheap.json",
		strings.Replace(table, `"op":"sign ecdsa-p256","ns":25597`, `"op":"sign ecdsa-p256","ns":1000`, 1))
	run := func(costs string) string {
		dir := filepath.Join(t.TempDir(), "out")
		code, _, stderr := tlslab(t, small, "run", "-", "--out", dir, "--set", "server.costs="+costs, "--set", "tls.certificate=ecdsa-p256", "--replicates", "10")
		if code != exitDone {
			t.Fatal(stderr)
		}
		return dir
	}
	_, stdout, _ := tlslab(t, "", "compare", run(reference), run(cheap))
	for _, want := range []string{"cost of sign ecdsa-p256", "server.costs"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("the settings have no %q:\n%s", want, stdout)
		}
	}
}
