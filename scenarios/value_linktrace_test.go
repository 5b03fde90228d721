package scenarios

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tlslab/netem"
	"tlslab/results"
)

// beside writes a trace into a new folder and returns the path of a scenario in it.
func beside(t *testing.T, trace string) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "lte.down"), []byte(trace), 0o644); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(folder, "mine.yaml")
}

func TestATraceStandsBesideItsScenario(t *testing.T) {
	file := beside(t, "1\n2\n2\n5\n")
	s, err := Parse(t.Context(), file, []byte(`
name: traces
base:
  link: {delay: 5ms, rate: 20mbit, down: {trace: lte.down, start: 3ms}, up.rate: [5mbit for 1s, 0bit for 20ms, repeat]}
factors:
  transfer.response: [1kB, 2kB]
`), Options{})
	if err != nil {
		t.Fatal(err)
	}
	link := s.Cells[0].Config.Link
	if got, want := link.describe(), "up delay 5ms rate 5mbit for 1s, 0bit for 20ms, repeat, down delay 5ms trace lte.down sha256 f883cf97f518 start 3ms"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if other := s.Cells[1].Config.Link; other.Down[0].Trace != link.Down[0].Trace {
		t.Error("two cells read the same trace")
	}
	if traces := s.Cells[0].Config.Traces(); len(traces) != 1 || traces[0].Period() != 5*time.Millisecond {
		t.Errorf("traces %v", traces)
	}
	for _, setting := range s.Constant {
		if setting.Name == "link.down" && strings.Contains(setting.Value, "sha256 f883cf97f518") {
			return
		}
	}
	t.Errorf("the settings do not have the trace's hash: %v", s.Constant)
}

func TestATraceOrARateOfALaterLayerReplacesTheOther(t *testing.T) {
	file := beside(t, "1\n")
	const text = `
name: traces
base: {link.rate: 5mbit, link.up.trace: lte.down}
factors:
  path:
    rate: {link.delay: 1ms}
    trace: {link.trace: lte.down}
    schedule: {link.rate: [1mbit for 1s, repeat], link.start: random}
`
	s, err := Parse(t.Context(), file, []byte(text), Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range s.Cells {
		got = append(got, s.Cells[i].Config.Link.describe())
	}
	const trace = "delay 0ms trace lte.down sha256 4355a46b19d3"
	want := []string{
		"up delay 1ms trace lte.down sha256 4355a46b19d3, down delay 1ms rate 5mbit",
		strings.TrimPrefix(trace, "delay 0ms "),
		"rate 1mbit for 1s, repeat",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	traits := s.Header("v").Factors[0].Traits
	if !slices.ContainsFunc(traits, func(trait results.Trait) bool {
		return trait.Name == "link.trace" && trait.Levels[1] == "lte.down sha256 4355a46b19d3"
	}) {
		t.Errorf("traits %+v", traits)
	}
}

func TestTracesMayComeFromElsewhere(t *testing.T) {
	given := func(name string) (*netem.Trace, error) { return netem.ParseTrace(name, []byte("7\n")) }
	s, err := Parse(t.Context(), "mine.yaml", []byte("name: a\nbase: {link.trace: nowhere}"), Options{Traces: given})
	if err != nil || s.Cells[0].Config.Link.Up[0].Trace.Period() != 7*time.Millisecond {
		t.Error(s, err)
	}
}
