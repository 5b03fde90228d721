package run

import (
	"strings"
	"testing"

	"tlslab/netem"
	"tlslab/scenarios"
)

func distributedScenario(t *testing.T, open func(string) (*netem.DistributionTable, error)) *scenarios.Scenario {
	t.Helper()
	const text = "name: tables\nbase: {link: {delay: 5ms, jitter: 1ms, distribution: wifi.dist}}\nfactors: {tls.kind: [full, resumed]}\n"
	s, err := scenarios.Parse(t.Context(), "fake.yaml", []byte(text), scenarios.Options{Distributions: open, Replicates: 5})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func distributed(values string) func(string) (*netem.DistributionTable, error) {
	return func(name string) (*netem.DistributionTable, error) {
		return netem.ReadTable(name, strings.NewReader(values))
	}
}

func TestARunIsRepeatedFromTheDistributionsOfItsManifest(t *testing.T) {
	m := manifestOf(t, distributedScenario(t, distributed("-8192 0 8192")), "v")
	again := distributedScenario(t, m.Distribution)
	if table := again.Cells[0].Config.Link.Up[0].Table; string(table.Text()) != "-8192\n0\n8192\n" {
		t.Errorf("the manifest's table is %q", table.Text())
	}
	if difference := manifestOf(t, again, "v").differs(m); difference != "" {
		t.Errorf("the repeated run differs: %s", difference)
	}
	changed := manifestOf(t, distributedScenario(t, distributed("-8192 0 8191")), "v")
	if difference := m.differs(changed); difference != "distribution wifi.dist differs" {
		t.Errorf("a run with another table: %q", difference)
	}
	if _, err := m.Distribution("another"); err == nil {
		t.Error("the manifest has another distribution")
	}
	m.Distributions["wifi.dist"] = LinkFile{Hash: "0", Gzip: m.Distributions["wifi.dist"].Gzip}
	if _, err := m.Distribution("wifi.dist"); err == nil || !strings.Contains(err.Error(), "does not match its SHA-256") {
		t.Errorf("a table with another hash: %v", err)
	}
}
