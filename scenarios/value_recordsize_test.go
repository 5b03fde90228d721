package scenarios

import (
	"os"
	"strings"
	"testing"

	"tlslab/engine"
	"tlslab/engine/record"
)

func TestRecordsAreSizedAsTheScenarioSays(t *testing.T) {
	for base, want := range map[string]string{
		"transfer: {request: 500B}": "record-sizes 16384, ",
		"tls: {record: 1KiB}":       "record-sizes 1024, ",
		"tls: {record: mss}":        "record-sizes mss, ",
		"tls: {record: dynamic}":    "record-sizes mss until 1000000, 16384, idle 1s, ",
		"tls: {record: dynamic, cipher: aes-128-cbc-sha, version: 1.0, split_records: true, record_small: 1300B, record_threshold: 64kB, record_large: 4KiB, record_idle: 0s}, transfer: {response: 100kB, rounds: 2}": "record-sizes 1300 until 64000, 4096, ",
		"tls: {record: dynamic, record_small: mss, record_idle: 500ms}, transfer: {rounds: 2}":                                                                                                                         "record-sizes mss until 1000000, 16384, idle 500ms, ",
		"tls: {record: cloudflare, padding: 64B}": "record-sizes 1369 for 41, 4229 for 40, 16384, idle 1s, ",
		"tls: {record: go, max_fragment: 4KiB}":   "record-sizes wire 1208 growing, ",
	} {
		if got := facts(recorded(t, 1, base)); !strings.Contains(got, want) {
			t.Errorf("%s: got %s, want %s", base, got, want)
		}
	}
}

// base may have settings of dynamic records although some levels have records of another kind.
func TestALevelMayHaveOtherRecordsThanDynamicOnes(t *testing.T) {
	s, err := Parse(t.Context(), "levels.yaml", []byte("name: levels\nbase: {tls: {record: dynamic, record_threshold: 64kB}}\nfactors: {tls.record: [16KiB, mss, dynamic, go]}\n"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"", "mss", "mss until 64000, 16384, idle 1s", "wire 1208 growing"} {
		cfg := new(engine.Config)
		s.Cells[i].Config.TLS.Record.setRecords(cfg)
		got := ""
		if cfg.RecordSizing != nil {
			got = cfg.RecordSizing.String()
		}
		if got != want {
			t.Errorf("cell %d: sizing %q, want %q", i+1, got, want)
		}
	}
}

func TestEveryPresetOfRecordSizesIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../docs/scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range record.Presets() {
		if row := "| `" + p.Name + "` | " + p.User + " | " + p.Sizing.String() + " |"; !strings.Contains(string(page), row) {
			t.Errorf("docs/scenarios.md has no row %s", row)
		}
		if endsInDigits(p.Name) {
			t.Errorf("%s ends in digits", p.Name)
		}
	}
}

func TestRealConnectionsSizeTheirRecordsToo(t *testing.T) {
	s := sockets(t, "tls.record=dynamic", "tls.record_threshold=64kB")
	for _, cfg := range []*engine.Config{s.Client, s.Server} {
		if cfg.RecordSizing == nil || cfg.RecordSizing.String() != "mss until 64000, 16384, idle 1s" {
			t.Errorf("sizing %v", cfg.RecordSizing)
		}
	}
}
