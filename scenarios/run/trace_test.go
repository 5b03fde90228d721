package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/netem"
	"tlslab/scenarios"
	"tlslab/sim/costs"
)

func traced(t *testing.T, name string) (*netem.Trace, error) {
	t.Helper()
	return netem.ParseTrace(name, []byte("1\r\n2\r\n2\r\n"))
}

func tracedScenario(t *testing.T, open func(string) (*netem.Trace, error)) *scenarios.Scenario {
	t.Helper()
	const text = "name: traced\nbase: {link: {delay: 5ms, down.trace: lte.down}}\nfactors: {tls.kind: [full, resumed]}\n"
	s, err := scenarios.Parse(t.Context(), "fake.yaml", []byte(text), scenarios.Options{Traces: open, Replicates: 5})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestARunIsRepeatedFromTheTracesOfItsManifest(t *testing.T) {
	s := tracedScenario(t, func(name string) (*netem.Trace, error) { return traced(t, name) })
	dir := t.TempDir()
	if _, err := Run(t.Context(), s, Options{Out: dir, Version: "v", Workers: 2, Tables: costs.Load}); err != nil {
		t.Fatal(err)
	}
	m, err := ReadManifest(filepath.Join(dir, ManifestName))
	if err != nil {
		t.Fatal(err)
	}
	again := tracedScenario(t, m.Trace)
	if m.differs(manifestOf(t, again, "v")) != "" {
		t.Error("the scenario with the manifest's trace differs")
	}
	out := t.TempDir()
	if _, err := Run(t.Context(), again, Options{Out: out, Version: "v", Workers: 1, Tables: costs.Load}); err != nil {
		t.Fatal(err)
	}
	first, _ := os.ReadFile(filepath.Join(dir, "samples", "part-00000.parquet"))
	second, _ := os.ReadFile(filepath.Join(out, "samples", "part-00000.parquet"))
	if len(first) == 0 || string(first) != string(second) {
		t.Error("the samples differ")
	}
	if _, err := m.Trace("another"); err == nil {
		t.Error("the manifest has another trace")
	}
	m.Traces["lte.down"] = LinkFile{Hash: "0", Gzip: m.Traces["lte.down"].Gzip}
	if _, err := m.Trace("lte.down"); err == nil || !strings.Contains(err.Error(), "does not match its SHA-256") {
		t.Error(err)
	}
}

func TestARunIsNotContinuedWithATraceThatHasChanged(t *testing.T) {
	first := manifestOf(t, tracedScenario(t, func(name string) (*netem.Trace, error) { return traced(t, name) }), "v")
	changed := func(name string) (*netem.Trace, error) { return netem.ParseTrace(name, []byte("1\n2\n3\n")) }
	second := manifestOf(t, tracedScenario(t, changed), "v")
	if difference := first.differs(second); difference != "trace lte.down differs" {
		t.Errorf("difference %q", difference)
	}
}
