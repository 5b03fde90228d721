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

	"tlslab/results/durable"
	"tlslab/results/samples"
	scenariorun "tlslab/scenarios/run"
)

// asCommand is the environment variable that makes the test program run as tlslab. Tests set it
// for child processes.
const asCommand = "TLSLAB_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

// tlslab runs the command in this process. It returns the exit code and what the command printed.
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
	answer := "Does a small scenario run?\n\nHandshake kind resumed against full: the median handshake "
	if !strings.HasPrefix(stdout, answer) || !strings.Contains(stdout, "\nhandshake  (n 70") {
		t.Errorf("stdout is not question, answer and table:\n%s", stdout)
	}
	if strings.Contains(stdout+stderr, "\x1b") {
		t.Error("escape sequences in output that does not go to a terminal")
	}
	if !strings.Contains(stderr, filepath.Join(dir, "report.html")) {
		t.Errorf("stderr does not say where the report is:\n%s", stderr)
	}
	for _, name := range []string{"samples", "parts.json", "summary.json", "summary.csv", "bench.txt", "report.md", "report.html", "manifest.json", "plots"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}

func TestSamplesDoNotDependOnTheNumberOfJobs(t *testing.T) {
	one, _, _ := smallRun(t, "-j", "1")
	two, _, _ := smallRun(t, "-j", "2")
	if !bytes.Equal(read(t, one, "parts.json"), read(t, two, "parts.json")) {
		t.Error("the samples at -j 2 differ from those at -j 1")
	}
	other, _, _ := smallRun(t, "--seed", "2")
	if bytes.Equal(read(t, one, "parts.json"), read(t, other, "parts.json")) {
		t.Error("the seed has no effect")
	}
}

func TestManifestsOfTheSameRunDifferOnlyInTheirExecution(t *testing.T) {
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
	f := openSamples(t, dir)
	h := f.Header()
	if n := f.Observations(); n != 12 || h.Seed != 9 || h.Replicates != 6 || len(h.Factors[0].Levels) != 1 {
		t.Errorf("%d observations, header %+v", n, h)
	}
}

func openSamples(t *testing.T, dir string) *samples.Store {
	t.Helper()
	f, err := samples.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestALinkThatLosesEverythingEndsInCountedTimeouts(t *testing.T) {
	dir, _, _ := smallRun(t, "--set", "link.loss=100%", "--set", "timeout=5s", "--replicates", "3")
	f := openSamples(t, dir)
	for i, c := range f.Cells() {
		outcomes, err := f.Outcomes(i)
		if err != nil || len(outcomes) != 1 || outcomes[0].N != 3 || !strings.Contains(outcomes[0].Name, "timeout") {
			t.Errorf("cell %v: outcomes %v, %v", c.Levels, outcomes, err)
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
		t.Errorf("exit code %d; the table differs from the run's: %s", code, stderr)
	}
	if !bytes.Equal(read(t, dir, "report.html"), want) {
		t.Error("report.html differs from the run's")
	}
}

func TestReportNeedsNothingButTheSamples(t *testing.T) {
	dir, stdout, _ := smallRun(t)
	alone := t.TempDir()
	for _, name := range []string{samples.Folder, samples.List} {
		if err := os.Rename(filepath.Join(dir, name), filepath.Join(alone, name)); err != nil {
			t.Fatal(err)
		}
	}
	code, again, stderr := tlslab(t, "", "report", alone)
	if code != exitDone || again != stdout || !strings.Contains(stderr, "warning: there is no manifest.json") {
		t.Errorf("exit code %d; the table differs from the run's; stderr:\n%s", code, stderr)
	}
}

func TestRerunComesOutTheSame(t *testing.T) {
	dir, _, _ := smallRun(t, "--set", "link.loss=3%")
	out := filepath.Join(t.TempDir(), "again")
	code, _, stderr := tlslab(t, "", "rerun", filepath.Join(dir, "manifest.json"), "--out", out)
	if code != exitDone || !strings.Contains(stderr, "identical") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if !bytes.Equal(read(t, dir, "parts.json"), read(t, out, "parts.json")) {
		t.Error("the samples differ from the first run's")
	}
	for _, finished := range []string{dir, out} {
		code, _, stderr := tlslab(t, "", "rerun", filepath.Join(dir, "manifest.json"), "--out", finished)
		if code != exitUsage || !strings.Contains(stderr, "finished run") {
			t.Errorf("into the folder of a finished run: exit code %d: %s", code, stderr)
		}
	}
}

// alteredRun returns a folder with a run of the small scenario in which the handshake of replicate
// 5 of the last cell took a nanosecond more.
func alteredRun(t *testing.T) string {
	t.Helper()
	dir, _, _ := smallRun(t)
	f := openSamples(t, dir)
	altered := t.TempDir()
	w, err := samples.Begin(altered, *f.Header())
	if err != nil {
		t.Fatal(err)
	}
	err = f.Each(func(b *samples.Block) error {
		b.Values[0][b.Rows-70+5]++
		return w.Write(b, b.Rows)
	})
	if err != nil {
		t.Fatal(err)
	}
	m, err := scenariorun.ReadManifest(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	m.Complete = false // the manifest of a finished run has the hashes of its parts
	if _, err := durable.WriteSealed(filepath.Join(altered, "manifest.json"), m); err != nil {
		t.Fatal(err)
	}
	return altered
}

func TestARerunThatDiffersNamesTheReplicatesAndExitsWithThree(t *testing.T) {
	path := filepath.Join(alteredRun(t), "manifest.json")
	code, _, stderr := tlslab(t, "", "rerun", path, "--out", filepath.Join(t.TempDir(), "again"))
	if code != exitDisagrees || !strings.Contains(stderr, "1 of 280 replicates disagree") || !strings.Contains(stderr, "cell [1.3 resumed], replicate 5: handshake ") {
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
		{"", "run", "want one: SCENARIO\nSee tlslab run --help."},
		{"", "run full-vs-resumed --fast", "unknown flag"},
		{"", "run full-vs-resumed --replicates many", "--replicates many: write a whole number of at least 1, or auto"},
		{"", "run full-vs-resumed --replicates 9223372036854775807", "lower replicates"},
		{"", "run full-vs-resumed --set seed=2", "--set seed: seed is not a key of base: write it into the scenario's file, or use the flag --seed"},
		{"", "rerun testdata", "testdata/manifest.json"},
		{"", "run full-vs-resumed --replicates 0", "--replicates 0: a cell is run at least once"},
		{"", "run full-vs-resumed --replicates -5", "--replicates -5: a cell is run at least once"},
		{"", "run full-vs-resumed -j -1", "-j -1"},
		{"", "run full-vs-resumed -j 1000000", "-j 1000000"},
		{"", "run full-vs-resumd", `did you mean "full-vs-resumed"`},
		{"", "run nowhere.yaml", "nowhere.yaml"},
		{"", "run full-vs-resumed --set link.loss=150%", "--set link.loss:1:1: link.loss: 150% is more than 100%\n  1 | 150%\n    | ^"},
		{"name: bad\nbase: {link: {delay: -5ms}}", "run -", "<stdin>:2:22: link.delay: -5ms is negative"},
		{"name: bad\nbase: {tls: {chain: {size: 100B}}}", "run -", "<stdin>:2:28: tls.chain.size: chain of 100 bytes"},
		{"name: bad\nbase: {server: {costs: nowhere.json}}", "run -", "<stdin>:2:24: server.costs: cost table \"nowhere.json\""},
		{"name: bad\nbase: {server: {costs: testdata/one-price.json}}", "run -", "<stdin>:2:24: server.costs: server: step at"},
		{"name: bad\nbase: {server: {costs: testdata/one-price.json}}", "run -", `cost table "testdata/one-price.json" has no price for`},
		{"name: bad\nfactors:\n  host: {a: {server.costs: reference}, b: {server.costs: testdata/one-price.json}}", "run -", "<stdin>:3:58: server.costs: server: step at"},
		{"name: bad", "run - --set server.costs=testdata/one-price.json", "--set server.costs:1:1: server.costs: server: step at"},
		{"name: bad", "run - --set server.costs=nowhere.json", "--set server.costs:1:1: server.costs: cost table \"nowhere.json\""},
		{"name: bad", "run - --set tls.chain.size=100B", "--set tls.chain.size:1:1: tls.chain.size: chain of 100 bytes"},
		{"name: bad\nfactors:\n  tls.chain.size: [3kB, 100B]", "run -", "<stdin>:3:25: tls.chain.size: chain of 100 bytes: its certificates take"},
		{"name: bad\nbase:\n  tls: {client_auth: required, client_chain: {size: 100B}}", "run -", "<stdin>:3:53: tls.client_chain.size: chain of 100 bytes"},
		{"name: bad\nbase: {server: {costs: testdata/malformed.json}}", "run -", "<stdin>:2:24: server.costs: testdata/malformed.json:2:9: "},
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

func TestAFailedCommandExitsWithOne(t *testing.T) {
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
		{[]string{"report", filepath.Dir(file)}, "parts.json"},
		{[]string{"export", filepath.Dir(file)}, "parts.json"},
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

func TestSchemaFollowsDraft7OfJSONSchema(t *testing.T) {
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

func TestExportWritesEveryReplicateInEachFormat(t *testing.T) {
	dir, _, _ := smallRun(t)
	for format, want := range map[string]struct {
		lines int
		has   string
	}{
		"jsonl": {281, `{"cell":{"tls.version":"1.2","tls.kind":"full"},"replicate":0,"seed":"`},
		"csv":   {281, "tls.version,tls.kind,replicate,outcome,handshake,"},
		"bench": {-1, "\nBenchmarkSmall/tls.version=1.3/tls.kind=resumed 1 "},
	} {
		code, stdout, stderr := tlslab(t, "", "export", dir, "--format", format)
		if lines := strings.Count(stdout, "\n"); code != exitDone || want.lines > 0 && lines != want.lines || !strings.Contains(stdout, want.has) {
			t.Errorf("%s: exit code %d, %d lines, %.300s; %s", format, code, lines, stdout, stderr)
		}
	}
	out := filepath.Join(t.TempDir(), "one.parquet")
	if code, stdout, stderr := tlslab(t, "", "export", dir, "--format", "parquet", "--out", out); code != exitDone || stdout != "" {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	if text := read(t, out); !bytes.HasPrefix(text, []byte("PAR1")) || !bytes.HasSuffix(text, []byte("PAR1")) {
		t.Error("not a Parquet file")
	}
	if code, stdout, stderr := tlslab(t, "", "export", dir, "--figure", "quantiles-handshake", "--format", "csv"); code != exitDone ||
		!strings.HasPrefix(stdout, "tls.version,tls.kind,metric,unit,statistic,n,reached,value,low,high\n") || strings.Count(stdout, "\n") != 9 {
		t.Errorf("a figure: exit code %d, %s%s", code, stdout, stderr)
	}
	if code, stdout, stderr := tlslab(t, "", "export", dir, "--table", "modes"); code != exitDone ||
		!strings.Contains(stdout, ",metric,unit,mode,low,high,n,share,share_low,share_high\n") {
		t.Errorf("a table: exit code %d, %s%s", code, stdout, stderr)
	}
	for _, wrong := range []struct{ args, want string }{
		{"--table none", "modes, contrasts, rankings"},
		{"--table modes --format jsonl", "want one of csv"},
		{"--table modes --figure quantiles-handshake", "want one of them"},
	} {
		args := append([]string{"export", dir}, strings.Fields(wrong.args)...)
		if code, _, stderr := tlslab(t, "", args...); code != exitUsage || !strings.Contains(stderr, wrong.want) {
			t.Errorf("export %s: exit code %d: %s", wrong.args, code, stderr)
		}
	}
	if code, _, stderr := tlslab(t, "", "export", dir, "--figure", "none"); code != exitUsage || !strings.Contains(stderr, "quantiles-handshake") {
		t.Errorf("an unknown figure: exit code %d: %s", code, stderr)
	}
	if code, _, stderr := tlslab(t, "", "export", dir, "--format", "xml"); code != exitUsage || !strings.Contains(stderr, "jsonl, csv, parquet, bench") {
		t.Errorf("an unknown format: exit code %d: %s", code, stderr)
	}
}
