package main

import (
	"encoding/json"
	"strings"
	"testing"

	"tlslab/netem"
)

func TestScenariosLinksShowsEachFigureWithItsSource(t *testing.T) {
	code, text, stderr := tlslab(t, "", "scenarios", "links")
	if code != exitDone || stderr != "" {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	words := strings.Join(strings.Fields(text), " ")
	for _, p := range netem.Presets() {
		for _, want := range []string{p.Name + ": " + p.Title, "up " + p.Up.String(), "down " + p.Down.String()} {
			if !strings.Contains(words, want) {
				t.Errorf("no %q", want)
			}
		}
		for _, f := range p.Figures {
			if !strings.Contains(words, ": "+strings.Join(strings.Fields(f.Source), " ")) {
				t.Errorf("%s: no source of %s", p.Name, f.Of)
			}
		}
	}
	code, text, stderr = tlslab(t, "", "scenarios", "links", "geo", "lte", "--json")
	var shown []shownLink
	if err := json.Unmarshal([]byte(text), &shown); code != exitDone || err != nil || len(shown) != 2 || shown[0].Name != "geo" || !shown[1].Figures[3].Assumed {
		t.Errorf("exit code %d: %s %+v %v", code, stderr, shown, err)
	}
	if code, _, stderr := tlslab(t, "", "scenarios", "links", "fiber"); code != exitUsage || !strings.Contains(stderr, `did you mean "fibre"?`) {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}
