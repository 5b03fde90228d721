package scenarios

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// withTable writes a distribution table and returns the name of a scenario's file beside it.
func withTable(t *testing.T, text string) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "wifi.dist"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(folder, "mine.yaml")
}

func TestADistributionTableStandsBesideItsScenario(t *testing.T) {
	s, err := Parse(t.Context(), withTable(t, "# two values\n-8192 8192\n"), []byte(`
name: tables
base:
  link: {delay: 5ms, jitter: 1ms, distribution: wifi.dist, up.distribution: normal}
`), Options{})
	if err != nil {
		t.Fatal(err)
	}
	link := s.Cells[0].Config.Link
	table := link.Down[0].Table
	if table == nil || string(table.Text()) != "-8192\n8192\n" {
		t.Fatalf("table %v", table)
	}
	if got := link.Down[0].String(); got != "delay 5ms 1ms distribution wifi.dist sha256 "+table.Hash()[:12] {
		t.Errorf("the link is %s", got)
	}
	if link.Up[0].Table != nil || link.Up[0].String() != "delay 5ms 1ms distribution normal" {
		t.Errorf("the link up is %s", link.Up[0])
	}
	if all := s.Cells[0].Config.DistributionTables(); len(all) != 1 || all[0] != table {
		t.Errorf("tables %v", all)
	}
}

func TestADistributionTableThatMakesNoSenseIsRefusedWithItsPlace(t *testing.T) {
	const scenario = `
name: tables
base:
  link: {delay: 5ms, jitter: 1ms, distribution: wifi.dist}
`
	for text, want := range map[string]string{
		"1 2\n3 four\n": `wifi.dist:2: "four" is not a whole number`,
		"":              "wifi.dist: has no numbers",
	} {
		_, err := Parse(t.Context(), withTable(t, text), []byte(scenario), Options{})
		if err == nil || !strings.Contains(err.Error(), "mine.yaml:4:49: link.distribution: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	_, err := Parse(t.Context(), filepath.Join(t.TempDir(), "mine.yaml"), []byte(scenario), Options{})
	if err == nil || !strings.Contains(err.Error(), "there is no file") {
		t.Errorf("without the file: %v", err)
	}
	_, err = Parse(t.Context(), withTable(t, "1"), []byte("name: tables\nbase: {link: {delay: 5ms, distribution: wifi.dist}}\n"), Options{})
	if err == nil || !strings.Contains(err.Error(), "jitter") {
		t.Errorf("without a jitter: %v", err)
	}
}
