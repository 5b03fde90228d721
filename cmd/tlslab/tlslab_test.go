package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tlslab/results"
	scenariorun "tlslab/scenarios/run"
)

// asCommand makes the test's own program the command: a child process of the tests is started with it.
const asCommand = "TLSLAB_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

// tlslab calls the command in a folder of its own and returns its exit code and what it printed.
func tlslab(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(args, strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

const small = `
name: small
title: Does a small scenario run?
replicates: 70
base:
  link: {delay: 5ms, loss: 2%, rate: 50mbit, limit: 100}
factors:
  tls.version: [1.2, 1.3]
  tls.kind: [full, resumed]
compare: {factor: tls.kind, baseline: full}
`

// smallRun runs the small scenario into a new folder.
func smallRun(t *testing.T, args ...string) (dir, stdout, stderr string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "out")
	code, stdout, stderr := tlslab(t, small, append([]string{"run", "-", "--out", dir}, args...)...)
	if code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	return dir, stdout, stderr
}

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestRunPrintsTheAnswerAndLeavesEveryFile(t *testing.T) {
	dir, stdout, stderr := smallRun(t)
	if !strings.HasPrefix(stdout, "Does a small scenario run?\n\nresumed against full: handshake is ") || !strings.Contains(stdout, "\n1.3  ") {
		t.Errorf("stdout is not question, answer and table:\n%s", stdout)
	}
	if strings.Contains(stdout+stderr, "\x1b") {
		t.Error("escape sequences on what is no terminal")
	}
	if !strings.Contains(stderr, filepath.Join(dir, "report.html")) {
		t.Errorf("stderr does not say where the report is:\n%s", stderr)
	}
	for _, name := range []string{"samples.jsonl", "summary.json", "summary.csv", "bench.txt", "report.md", "report.html", "manifest.json", "plots"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}

func TestSamplesDoNotDependOnTheNumberOfJobs(t *testing.T) {
	one, _, _ := smallRun(t, "-j", "1")
	two, _, _ := smallRun(t, "-j", "2")
	if !bytes.Equal(read(t, one, "samples.jsonl"), read(t, two, "samples.jsonl")) {
		t.Error("other samples at -j 2 than at -j 1")
	}
	other, _, _ := smallRun(t, "--seed", "2")
	if bytes.Equal(read(t, one, "samples.jsonl"), read(t, other, "samples.jsonl")) {
		t.Error("the seed has no effect")
	}
}

func TestManifestsOfTheSameRunAreTheSameButForTheirRun(t *testing.T) {
	var manifests [2]*scenariorun.Manifest
	for i, jobs := range []string{"1", "2"} {
		dir, _, _ := smallRun(t, "-j", jobs)
		m, err := scenariorun.ReadManifest(filepath.Join(dir, "manifest.json"))
		if err != nil {
			t.Fatal(err)
		}
		if !m.Complete || m.Observations != 280 || len(m.Files) < 7 || m.Run.CPUs == 0 || len(m.Run.Command) == 0 {
			t.Errorf("manifest %+v", m)
		}
		m.Run = scenariorun.Execution{}
		manifests[i] = m
	}
	a, _ := json.Marshal(manifests[0])
	b, _ := json.Marshal(manifests[1])
	if !bytes.Equal(a, b) {
		t.Errorf("manifests differ:\n%s\n%s", a, b)
	}
}

func TestJSONIsTheSummaryAndNothingElse(t *testing.T) {
	dir, stdout, _ := smallRun(t, "--json")
	if stdout != string(read(t, dir, "summary.json")) {
		t.Error("stdout is not summary.json")
	}
}

func TestSetSeedAndReplicatesReachTheSamples(t *testing.T) {
	dir, _, _ := smallRun(t, "--set", "tls.version=1.3", "--set", "link.loss=0%", "--replicates", "6", "--seed", "9")
	f, err := results.Open(filepath.Join(dir, "samples.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.Lines != 12 || f.Header.Seed != 9 || f.Header.Replicates != 6 || len(f.Header.Factors[0].Levels) != 1 {
		t.Errorf("%d lines, header %+v", f.Lines, f.Header)
	}
}

func TestALinkThatLosesEverythingEndsInCountedTimeouts(t *testing.T) {
	dir, _, _ := smallRun(t, "--set", "link.loss=100%", "--set", "timeout=5s", "--replicates", "3")
	f, err := results.Open(filepath.Join(dir, "samples.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var s results.Sample
	for i := range f.Cells {
		if err := f.Sample(i, &s); err != nil {
			t.Fatal(err)
		}
		if s.N() != 3 || s.Failed() != 3 || !strings.Contains(s.Outcomes[0], "timeout") {
			t.Errorf("cell %v: %d replicates, outcomes %q", f.Cells[i].Levels, s.N(), s.Outcomes)
		}
	}
}

func TestReportIsMadeAgainFromTheSamples(t *testing.T) {
	dir, stdout, _ := smallRun(t)
	want := read(t, dir, "report.html")
	for _, name := range []string{"report.html", "report.md", "summary.json", "bench.txt"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	code, again, stderr := tlslab(t, "", "report", dir)
	if code != exitDone || again != stdout {
		t.Errorf("exit code %d, another table than the run's; %s", code, stderr)
	}
	if !bytes.Equal(read(t, dir, "report.html"), want) {
		t.Error("another report than the run's")
	}
}

func TestReportNeedsNothingButTheSamples(t *testing.T) {
	dir, stdout, _ := smallRun(t)
	alone := t.TempDir()
	if err := os.WriteFile(filepath.Join(alone, "samples.jsonl"), read(t, dir, "samples.jsonl"), 0o644); err != nil {
		t.Fatal(err)
	}
	code, again, stderr := tlslab(t, "", "report", alone)
	if code != exitDone || again != stdout || !strings.Contains(stderr, "warning: the manifest") {
		t.Errorf("exit code %d, another table than the run's; stderr:\n%s", code, stderr)
	}
}

func TestRerunComesOutTheSame(t *testing.T) {
	dir, _, _ := smallRun(t, "--set", "link.loss=3%")
	out := filepath.Join(t.TempDir(), "again")
	code, _, stderr := tlslab(t, "", "rerun", filepath.Join(dir, "manifest.json"), "--out", out)
	if code != exitDone || !strings.Contains(stderr, "identical") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if !bytes.Equal(read(t, dir, "samples.jsonl"), read(t, out, "samples.jsonl")) {
		t.Error("other samples than the first run's")
	}
	for _, finished := range []string{dir, out} {
		code, _, stderr := tlslab(t, "", "rerun", filepath.Join(dir, "manifest.json"), "--out", finished)
		if code != exitUsage || !strings.Contains(stderr, "finished run") {
			t.Errorf("into a folder in which nothing is left to run: exit code %d: %s", code, stderr)
		}
	}
}

func TestRerunThatDisagreesHasAnExitCodeOfItsOwn(t *testing.T) {
	dir, _, _ := smallRun(t)
	path := filepath.Join(dir, "manifest.json")
	m, err := scenariorun.ReadManifest(path)
	if err != nil {
		t.Fatal(err)
	}
	m.Files["samples.jsonl"] = strings.Repeat("0", 64)
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := tlslab(t, "", "rerun", path, "--out", filepath.Join(t.TempDir(), "again")); code != exitDisagrees {
		t.Errorf("exit code %d, want %d: %s", code, exitDisagrees, stderr)
	}
}

func TestWrongUsageAndBadScenariosExitWithTwo(t *testing.T) {
	for _, row := range []struct {
		stdin string
		args  string
		says  string
	}{
		{"", "fly", `unknown command "fly"`},
		{"", "run", "accepts 1 arg"},
		{"", "run full-vs-resumed --fast", "unknown flag"},
		{"", "run full-vs-resumed --replicates many", "invalid argument"},
		{"", "run full-vs-resumed --replicates 0", "at least once"},
		{"", "run full-vs-resumed -j -1", "-j -1"},
		{"", "run full-vs-resumed -j 1000000", "-j 1000000"},
		{"", "run full-vs-resumd", `did you mean "full-vs-resumed"`},
		{"", "run nowhere.yaml", "nowhere.yaml"},
		{"", "run full-vs-resumed --set link.loss=150%", "--set link.loss:1:1: link.loss: 150% is more than 100%\n  1 | 150%\n    | ^"},
		{"name: bad\nbase: {link: {delay: -5ms}}", "run -", "<stdin>:2:22: link.delay: -5ms is negative"},
		{"name: bad\nbase: {tls: {chain: {size: 100B}}}", "run -", "chain of 100 bytes"},
		{"name: bad\nbase: {server: {costs: nowhere.json}}", "run -", "nowhere.json"},
		{"name: bad\nbase: {server: {costs: testdata/one-price.json}}", "run -", `"one-price" has no price for`},
	} {
		dir := filepath.Join(t.TempDir(), "out")
		args := strings.Fields(row.args)
		if args[0] == "run" && len(args) > 1 {
			args = append(args, "--out", dir)
		}
		code, stdout, stderr := tlslab(t, row.stdin, args...)
		if code != exitUsage || stdout != "" || !strings.Contains(stderr, row.says) {
			t.Errorf("tlslab %s: exit code %d, stdout %q, stderr:\n%s", row.args, code, stdout, stderr)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("tlslab %s: made the output folder", row.args)
		}
	}
}

func TestWhatCannotBeDoneExitsWithOne(t *testing.T) {
	taken, _, _ := smallRun(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		args []string
		says string
	}{
		{[]string{"run", "-", "--out", taken, "--seed", "5"}, "seed 1, this is 5"},
		{[]string{"run", "-", "--out", filepath.Join(file, "out")}, "output folder"},
		{[]string{"report", filepath.Dir(file)}, "samples.jsonl"},
		{[]string{"rerun", filepath.Join(taken, "nothing.json")}, "nothing.json"},
		{[]string{"calibrate", "--out", filepath.Join(file, "out")}, "out"},
	} {
		code, stdout, stderr := tlslab(t, small, row.args...)
		if code != exitFailed || stdout != "" || !strings.Contains(stderr, row.says) {
			t.Errorf("tlslab %v: exit code %d, stdout %q, stderr %q", row.args, code, stdout, stderr)
		}
	}
}

func TestScenariosAreListedAndShown(t *testing.T) {
	code, stdout, _ := tlslab(t, "", "scenarios")
	for _, name := range []string{"full-vs-resumed", "cipher-suites", "record-sizes", "record-sizes-after-idle", "tls-history", "client-auth", "early-data", "revocation"} {
		if code != exitDone || !strings.Contains(stdout, name) {
			t.Errorf("exit code %d, %s is not in the list:\n%s", code, name, stdout)
		}
	}
	var list []map[string]any
	if _, stdout, _ = tlslab(t, "", "scenarios", "list", "--json"); json.Unmarshal([]byte(stdout), &list) != nil || len(list) < 3 || list[0]["title"] == "" {
		t.Errorf("not a list in JSON:\n%s", stdout)
	}
	if code, stdout, _ = tlslab(t, "", "scenarios", "show", "record-sizes"); code != exitDone || !strings.Contains(stdout, "tls.record: [") {
		t.Errorf("exit code %d:\n%s", code, stdout)
	}
	var cells []struct {
		Cell   map[string]string
		Config map[string]any
	}
	if _, stdout, _ = tlslab(t, small, "scenarios", "show", "-", "--json"); json.Unmarshal([]byte(stdout), &cells) != nil || len(cells) != 4 {
		t.Fatalf("not the four cells in JSON:\n%s", stdout)
	}
	c := cells[1]
	for key, want := range map[string]any{
		"tls.kind": "resumed", "tls.resumption": "ticket", "tls.record": "16384B", "link.up": []any{"delay 5ms loss 2% rate 50mbit limit 100"},
		"client.slowdown": 1.0, "tcp.nagle": false, "timeout": "60s", "tls.suites": []any{"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
		"tls.alpn": nil, "link.delay": nil,
	} {
		if got := c.Config[key]; !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %v, want %v", key, got, want)
		}
	}
	if c.Cell["tls.version"] != "1.2" || c.Cell["tls.kind"] != "resumed" {
		t.Errorf("the second cell is %v", c.Cell)
	}
}

func TestSchemaIsOneOfDraftSeven(t *testing.T) {
	_, stdout, _ := tlslab(t, "", "schema")
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(stdout))
	if err != nil {
		t.Fatal(err)
	}
	if got := document.(map[string]any)["$schema"]; got != jsonschema.Draft7.String() && got != "http://json-schema.org/draft-07/schema#" {
		t.Errorf("$schema is %v", got)
	}
}

func TestVersionNamesTheProgram(t *testing.T) {
	if code, stdout, _ := tlslab(t, "", "version"); code != exitDone || !strings.HasPrefix(stdout, "tlslab "+version+" ") {
		t.Errorf("exit code %d: %q", code, stdout)
	}
	var v map[string]string
	if _, stdout, _ := tlslab(t, "", "version", "--json"); json.Unmarshal([]byte(stdout), &v) != nil || v["version"] != version {
		t.Errorf("not JSON: %q", stdout)
	}
}
